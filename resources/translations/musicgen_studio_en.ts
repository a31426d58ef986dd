<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name></name>
    <message>
        <source>follows the melody {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on the beat {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it stops suddenly</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it fades to silence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a glitch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>silence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing broken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Title</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Broken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By title</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starred first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slowest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best take first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Least broken first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A tempo with ? is a guess</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A key with ? is a guess</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its place among the takes it was compared with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How often it stops, fades to silence or has a glitch, where somebody has looked</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>AboutDialog</name>
    <message>
        <source>About MusicGen Studio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compose with MusicGen: hear music while it is being made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VERSIONS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licences and versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starter checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Meta&apos;s MusicGen checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>FluidR3 GM sounds, behind the starter&apos;s training music</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all-MiniLM-L6-v2, the starter&apos;s text encoder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LICENCES OF PROGRAM AND MUSIC</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LIBRARIES AND THEIR LICENCES</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This program, its icons and texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: not for commercial use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PortAudio, the way to sound devices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, inside {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For a report about a fault</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Arrivals</name>
    <message>
        <source>There is more to hear: Meta&apos;s “small” checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any style you can name, in place of the starter&apos;s few; {0} to download beside your music.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On this computer ≈ {0} × real time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On this computer ≈ {0} × real time while other programs work.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not for commercial use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Best</name>
    <message>
        <source>Compare the takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take {0} measures best: {1}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BugDialog</name>
    <message>
        <source>A fault in the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What a developer needs to find the fault</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong that should not have.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Further faults since then: {0}. The log has them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your clips are safe: each was written when it was finished. You can go on working; if the program behaves oddly, start it again. Copy the report if you want to tell the developers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Puts the report on the clipboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this and go on working</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Catalogue</name>
    <message>
        <source>Checked: all files are as they were published.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Missing or different: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not what it has to be</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download what is wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checking {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mending {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removed; {0} are free again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removing {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only int8 is kept; {0} are free again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keeping {0} as int8</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it is to lie</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moving {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moved to {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where downloads are to go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} checkpoints lie elsewhere ({1})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} lies elsewhere ({1})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move them, too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move it, too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It makes music just now; try again when that is done.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CatalogueDialog</name>
    <message>
        <source>Checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let downloads go to another folder or disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The usual one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let downloads go where other programs look for them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloads go to {0} · {1} free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The checkpoint that is chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this; downloads go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ON THIS COMPUTER</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TO DOWNLOAD, BY META</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>FOR TAKING RECORDINGS APART</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CheckpointChoice</name>
    <message>
        <source>Folder of a MusicGen checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CheckpointMenu</name>
    <message>
        <source>CHECKPOINT</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Get more checkpoints…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All there are, and what is here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a checkpoint folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it runs, how exactly, and all else</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CheckpointWords</name>
    <message>
        <source>Starter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, not for commercial use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free to use for anything, sold music too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free to use for anything, stems of your own recordings too; name Meta if you pass it on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you make with it is not for commercial use: do not sell it, and do not advertise with it. Where you pass it on, name Meta AI as the maker of the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As its maker says. Read the model&apos;s page before you publish what you make with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} on disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} in memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>≈ {0} × real time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>music from words and a melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>music from words alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} on the processor (int8)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} on a graphics card (float16)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, as int8 only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, and {1} once it has run as int8</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>being measured…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>≈ {0} × real time: 10 s of music in about {1} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, while other programs are at work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not supported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waits for the one before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused; what has come is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed; what has come is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asking what there is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the connection failed, again in {0} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {0:.1f} h left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {0} min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} s left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>follows a melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>text only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stereo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChipRow</name>
    <message>
        <source>Put “{0}” into the prompt, or take it out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CleanUpBox</name>
    <message>
        <source>Snap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shortest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Found: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fold octaves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes far above or below the others come back by whole octaves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Semitones</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snap pitches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move each pitch to the nearest semitone, or to the nearest note of a key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The key that pitches snap to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quarters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Eighths</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Triplets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sixteenths</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move beginnings and ends onto the metronome&apos;s grid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shortest note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shorter notes are left out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ClipActions</name>
    <message>
        <source>Rename {0} clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Their new title; # stands for the number, from the top:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is still being made</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ClipHeader</name>
    <message>
        <source>No clip yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Describe some music on the left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo and key: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo, bars and key; click to correct them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Extend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on from the end or the playhead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the selection anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Variations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same settings with other seeds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same settings and the same seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put its settings back on the left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take it apart: drums, bass, lead and the rest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Separator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose what takes the clip apart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write it as a file for other programs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seed {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>follows the melody {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>file missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>still being made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>incomplete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no clip yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is still being made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its sound file is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was not made here, so it has no settings</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ClipMarks</name>
    <message>
        <source>Remove the mark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name the mark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What begins here, such as “chorus”:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove all marks</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Collection</name>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename {0} clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empty the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete 1 clip for good?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete {0} clips for good?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Importing {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where is “{0}”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>WAV files (*.wav)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find its file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The files go, too, but for those that were dragged into other programs. It cannot be undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 clip was deleted for good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} clips were deleted for good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove star</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Star</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo and key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ColumnHeader</name>
    <message>
        <source>The other way round</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Order of the clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Once more: the other way round</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, the other way round</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sort by {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CompareRow</name>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>COMPARE</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear {0}: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the comparison</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Comparing</name>
    <message>
        <source>Compare “{0}” with “{1}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>levels as they are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>equally loud</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} −{1:.1f} dB, so that both are equally loud</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Desktop</name>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Diagnostics</name>
    <message>
        <source>Sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Places</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none open: it opens when something plays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none: it plays unheard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.0f} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Host API</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Latency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Under-runs of this clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-roll</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.1f} s to go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none loaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mono</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stereo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing is being made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}× real time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.1f} million weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.0f} ms in 99 of 100 ticks, {1:.0f} ms at worst</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lag of the last 10 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the background</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Program</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DiagnosticsDialog</name>
    <message>
        <source>Diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Facts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy all of it, for a report about a fault</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>{0} clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exporting {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is exported to {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The export was stopped; {0} of {1} files are in {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1} clips are exported to {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>. To make it that loud, peaks were limited by up to {0} dB; exported as it is, it keeps them</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DownloadRow</name>
    <message>
        <source>Downloads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause the download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the download rest; what has come is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all checkpoints and downloads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloading {0} · {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} · {1} more waiting</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Editing</name>
    <message>
        <source>Trim</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Silence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fade in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fade out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Louder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Softer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normalise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reverse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Louder by so many decibels, softer below 0:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Split</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Join</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrandRow</name>
    <message>
        <source>Work in the background</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the work in the background</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} · {1} more waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}. Nothing half done is left behind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {0} min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} s left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is made of the clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of stems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loop of whole bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>DAWproject: Bitwig, Studio One, Cubase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>REAPER project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIDI of the music</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many bars the loop has</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Aligned, equally long, and they add up to the clip; made first if there are none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begins and ends on a bar, closes without a click, and tells its tempo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tracks, tempo, bars and markers in one file, with the stems if there are some.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folder with the project and its sounds, with its stems if it has some.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The notes that are heard, one track for each stem.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It begins with bar {0}, as what is marked in the clip.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the selection, {0} to {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Else the whole clip is exported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kind of sound file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many samples a second the file has</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As it is ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loudness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether all files are to sound equally loud</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>−14 LUFS, true peak −1 dB: for streaming</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>WAV, 16 bit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>WAV, 24 bit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>WAV, 32 bit float</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>FLAC, 24 bit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>OGG Vorbis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opus</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MP3, 320 kbit/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As on a CD; every program reads it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What music programs work with: the usual choice.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keeps even what is louder than full scale.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exactly the same sound in about half the space.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Small, and hardly to be told from the original.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smallest at good sound; always 48 kHz.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Small, and plays everywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the files go</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without ending; what no file name may hold is left out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files that will be written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export {0} clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1} clips: {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The licence is written into the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>your own sound, no licence known.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: not for commercial use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Sample rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Loudness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F&amp;older</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This format changes a sound&apos;s length a little. Choose WAV or FLAC.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the whole path of the folder, or choose it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing in {0} is not allowed. Choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is there already: this one will be called “{1}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} names are taken; these files get a number.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder will be made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for the files</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExtendCard</name>
    <message>
        <source>From the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clip stays as it is, and goes on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clip stays as it is up to the playhead, and goes on otherwise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much is added</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words of a new passage (optional)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new passage begins with them; left empty, the last one goes on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let it end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the new part end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the music goes over into the new passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At once, or slowly: then both sound, the one less and less, the other more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New words for the added part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The new part ends: by itself where one of some tries does, else it fades</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The new part follows the melody on the left, from its beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Extend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the new part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Extend now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over 1 bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over {0} bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over {0} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From the playhead, {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FactsDialog</name>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Faults</name>
    <message>
        <source>Look for what is broken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} at {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}”: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let it end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stops suddenly</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fades to silence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ends abruptly</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>glitch</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>Sound and MIDI files ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FoldBox</name>
    <message>
        <source>open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show less</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show more</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Generation</name>
    <message>
        <source>preparing the order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>playing live</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>making a live clip again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” waits for its end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prepare the order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” was stopped before its first sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” was stopped; what was made is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” could not be made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped; what was made is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This could not be made; what there is of it is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This checkpoint follows no melody.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} makes music from words only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch to {0} under MELODY, or choose no melody.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeaderBar</name>
    <message>
        <source>Header</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which checkpoint makes the music: choose another one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>InputLevel</name>
    <message>
        <source>Level of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How loud it is. CLIP says it was too loud: turn the input down, then click to reset.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, too loud</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CLIP</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LevelDisplay</name>
    <message>
        <source>silent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.0f} decibels</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LevelMeter</name>
    <message>
        <source>Level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level in dB below full scale. Click to reset CLIP.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, clipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>L</source>
        <comment>left</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>R</source>
        <comment>right</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CLIP</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryModel</name>
    <message>
        <source>{0:.0f} seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>starred</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>made from the clip above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>file missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>incomplete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>recovered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>imported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>recorded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>edited</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seed {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryPanel</name>
    <message>
        <source>Library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any tag</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starred clips only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tag</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Under 10 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>10 to 30 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>30 s and more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More filters: checkpoint, tag, length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore from the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the selected clips back into the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empty the trash…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empty the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete what is in the trash for good, with its files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear the search and all filters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search titles, prompts, tags, tempo and key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TRASH</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LIBRARY</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much room the sound of these clips takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing here fits the search and the filters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The trash is empty.
Clips you delete wait here and can be restored.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No clips yet.
Everything you make is kept here.

Drop sound files here to go on from them, and drag clips from here into your DAW.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Listening</name>
    <message>
        <source>Open “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw the waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>selected: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loop: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing is heard</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Live</name>
    <message>
        <source>slow ambient synth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>calm piano with strings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One at a time: another clip is still being made again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is being made again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no melody on the left yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No notes were found in the melody on the left, so live music follows none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live music follows notes; of a mix those of the strongest pitch, not its lead and chords</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is in the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.0f} s were played</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.0f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>made at {0} × real time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from a control to its sound {0:.2f} s, and {1:.2f} s in the device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it ends with the phrase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the change comes with the bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the sound broke off {0} times</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>slower than it plays here: {0:.1f} s are gathered before it goes on</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LivePanel</name>
    <message>
        <source>Guidance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sparser</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fewer notes and strokes; heard about three seconds later at first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Higher keeps closer to your words; lower drifts more freely</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Higher surprises more, up to noise; lower repeats itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fade in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long it takes to its full loudness when you press Play live</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fade out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long it takes to silence when you press Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the melody on the left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the melody on the left, live</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A hum, a MIDI file or drawn notes; heard about three seconds later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change on the bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live changes wait for the next bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompts and their weights change where the next bar begins</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep all of it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep all of the live music when it ends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When it ends, everything that was heard becomes a clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play live</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin to play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End with the phrase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop where four bars end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the last 30 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put it into the library (K)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the clip; live music stops</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By the minute…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompts that follow each other</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write prompts by the minute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the live music</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By the minute: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live prompt {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter takes it over; it is heard about three seconds later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompt {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>“{0}” is recorded</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Melodies</name>
    <message>
        <source>The melody is not ready yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its notes are still being found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait a moment, or choose no melody.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Melody of a clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat the melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow drums and bass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As sung or as notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean up notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play the melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find the melody of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find the melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The search was stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program made a mistake.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The melody was not found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose it once more, or choose no melody.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Melody from {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finding the notes …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>edited</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a mix: all of it is followed, drums and bass too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a mix: lead and chords are followed, without drums and bass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>several voices: the notes are those of the strongest pitch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>followed as sung</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drawn notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hum</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MelodyEditor</name>
    <message>
        <source>1 note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play what the model hears</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Simple tones (Space)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export MIDI…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the notes as a MIDI file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIDI</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag this into another program: the notes as a MIDI file. A click exports it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the notes out as MIDI</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the clip (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw notes with the mouse; else it selects them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the selected notes (Del)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model hears it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The notes below, cleaned up as you like</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as sung</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording itself, untouched by any edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An octave lower (Z)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An octave higher (X)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on by a step without a note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CLEAN UP</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MelodyFiles</name>
    <message>
        <source>The notes are written: drag them once more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export the notes as MIDI</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIDI files ({0})</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MelodyMini</name>
    <message>
        <source>Melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click to edit the notes; drag to take them away as MIDI</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 note, {1:.1f} seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} notes, {1:.1f} seconds</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MelodyPanel</name>
    <message>
        <source>MELODY</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record your voice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tune of a sound file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIDI</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A track of a MIDI file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw or play notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All tracks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Track {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} · {1} notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, channel {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play what the model hears</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} follows words only, no melody. A melody waits here until you switch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hum a melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hum a melody that the music follows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every recording is kept; choose the one to follow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it ends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bring to full level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One voice works best. Of a full mix lead and chords are followed, without drums and bass.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept recordings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the melody begins; the recording itself stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a quiet recording louder when it is used; the recording itself stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RECORDINGS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Track</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which track and channel of the MIDI file is followed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a sound file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try the example hum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The notes of a MIDI file, in its own tempo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a MIDI file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try the example line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw notes with the mouse, or play them on the keyboard on the screen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write notes…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A melody that comes with the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a checkpoint that follows melodies from now on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No melody is followed yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit notes…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See, hear and change the notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow no melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat to the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Else the music goes on freely where the melody has ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow drums and bass, too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of a mix goes to the model; else lead and chords, which carry the melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Melody from a sound file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound files ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Melody from a MIDI file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIDI files ({0})</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MetronomeRow</name>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beats per minute of the metronome</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count-in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bars that are counted before the recording begins</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bpm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the count-in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear the metronome in the bars before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>While recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear it while you sing. With loudspeakers the microphone hears it, too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>While playing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear it when a recording is played</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metronome: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The metronome is heard</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MiniWaveforms</name>
    <message>
        <source>The file of “{0}” is being written: drag it again in a moment.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Mixes</name>
    <message>
        <source>Find the melody of {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NewMusic</name>
    <message>
        <source>“{0}” is being made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>News</name>
    <message>
        <source>not loaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}× real time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graphics card no longer answers; music is made on the processor until the next start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound devices have changed. The music goes on where it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the new one</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NoteView</name>
    <message>
        <source>Delete {0} notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete a note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>note {number} of {all}: {name}, from {start} to {end} seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the melody&apos;s length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move a note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change a note&apos;s length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw a note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left and Right choose a note, Up and Down move it by a semitone, with Shift by an octave. Ctrl with Left and Right moves it in time, Shift changes its length. Insert adds a note at the playhead, Delete removes the chosen ones, Space plays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag notes or their ends, double-click to draw, Del to delete. Alt leaves the grid aside.
Below them is what the model sees: one pitch class at a time, C also where there is silence.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>Do what the message offers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All messages; {0} new ones besides this</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NumberBox</name>
    <message>
        <source>{0} is the most</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is the least</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OfferDetails</name>
    <message>
        <source>Makes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it lies</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure this computer, which takes about two seconds when nothing else is at work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I agree to this licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asked once for each checkpoint, and remembered with its date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let it make the music from now on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download it beside the music</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the download rest; what has come is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on with the download where it was</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the download and delete what has come of it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read all of it and compare it with its hashes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move it to another folder or disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep int8 only…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the float32 originals go, and keep what runs on the processor: less than half of it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete it from this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do what is asked about</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave it as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {0}, from the Hugging Face Hub</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {0}, from Meta</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} Agreed to on {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on downloading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete it from this computer? That frees {0}; other programs lose it, too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the float32 originals go? Other programs lose the checkpoint; it can be downloaded again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep int8 only</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OfferList</name>
    <message>
        <source>Checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OfferRow</name>
    <message>
        <source>Do what is offered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message>
        <source>Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole clip; drag the frame to what you want to see</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PassageLane</name>
    <message>
        <source>Passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left and Right choose a passage, with Shift they move where it begins; Enter writes its words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>passage {0} of {1}, {2}, from {3} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag how long the music takes to go over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag where the piece ends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag where the passage begins</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words of the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter takes the words, Esc leaves them as they were</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PassageMelody</name>
    <message>
        <source>Melody of the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follows {0}; click to follow none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the passage follow a melody: the one on the left, or a sound or MIDI file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is a mix: its lead and chords are followed, without drums and bass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the melody on the left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound and MIDI files ({0})</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Passages</name>
    <message>
        <source>Write the passages as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} passages, {1}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PassagesDialog</name>
    <message>
        <source>Passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A line is a passage: when | how it goes over | what it is. A time is 0:08, 12.5 s or bar 9; “morph 2 bars” or “morph 3 s” goes over slowly. “all | warm” stands before each prompt.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passages, a line each</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generate the passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the piece in one go (Ctrl+Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text stays</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PassagesPanel</name>
    <message>
        <source>Change the passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Split the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As text…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the passages as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same passages, a line each</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generate the passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the piece in one go, with the takes and the seed on the left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PASSAGES</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words of the chosen passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the chosen passage is; also a double click on it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Morph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the music goes over into it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At once, or slowly: then both sound, the one less and less, the other more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Length of the morph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long the music takes to go over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Length of the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How long it is; what follows moves along</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words before all (optional)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words before all passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They stand before the words of each passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no tempo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo of the passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With a tempo passages begin on bars, without one in seconds; say it in the words, too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beats per bar of the passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many beats a bar has</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the passage to the left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the passage to the right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 passage, {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} passages, {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Other words for the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Other words before all passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go over into the passage otherwise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another length of the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another tempo of the passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow no melody in the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow a melody in the passage</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PianoKeys</name>
    <message>
        <source>Keyboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The letters A to L are the white keys from C on, the row above the black ones. Z and X move it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click, or press A W S E D … while it has the focus; Z and X change the octave</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PitchTrace</name>
    <message>
        <source>Pitch of your voice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The pitch you sing, as it is heard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no pitch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>listening …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} cents</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProblemNote</name>
    <message>
        <source>Close this message</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProgressStrip</name>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>working</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.0f} percent</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PromptHistory</name>
    <message>
        <source>Prompts written before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search what you wrote</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search the prompts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only what worked: prompts of clips with a star</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only what worked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has a star yet. Give one to a clip that came out well, and its prompt is here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing like it was written yet.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PromptPanel</name>
    <message>
        <source>Prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Describe the music: style, mood, instruments, tempo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the music is to be like, in English; then generate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New here? Click one and listen:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Surprise me</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompts written before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Surprise me: a prompt that makes sense</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompts written before, and what worked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A word on the prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fill this in and generate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Genre</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mood</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instrument</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Era</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A click puts the word into the prompt, or takes it out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words to click into the prompt: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much new music is made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 take</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many versions are made together: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the best</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure the takes when they are made: tags, melody, beat, faults; the best comes first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let it end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Voices come out wordless and blurred: MusicGen plays instruments, it cannot sing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MusicGen was taught in English: other languages are only guessed at.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is more than one tempo in it: MusicGen keeps to one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its last bars are made until they rest by themselves, else they fade; not for loops</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the music; while some is made, it waits its turn</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PROMPT</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PromptPlane</name>
    <message>
        <source>Plane of prompts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the puck, or move it by the arrow keys (Shift: a little); Home is the middle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: {1} percent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>anything</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QueueModel</name>
    <message>
        <source>making {0:.1f} of {1:.1f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting, {0:.1f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loading the checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>saving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>done, {0:.1f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped at {0:.1f} s, kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} takes</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>Nothing is being made, and nothing waits.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make this sooner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make this later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel this job</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag waiting jobs to another place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>QUEUE</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QuietCard</name>
    <message>
        <source>Do not show this any more</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Quitting</name>
    <message>
        <source>1 order still waits to be made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} orders still wait to be made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is being made now is kept as far as it is; what waits is forgotten.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on making</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecentFiles</name>
    <message>
        <source>Clear the list</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecorderBox</name>
    <message>
        <source>METRONOME</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system&apos;s input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} (not there now)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is recorded from: a microphone or an interface</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear yourself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play what the microphone hears at once. An interface that can do this itself is quicker</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wear headphones: from loudspeakers the microphone would hear itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch the microphone off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Throw this recording away and be ready again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channel {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record channel {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All channels, mixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record all channels together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counting in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sing or hum one voice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Get ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch the microphone on and look at its level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone is being opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin to record, after the count-in if there is one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not record after all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the recording and keep it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try once more to write the recording to the disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recording of {0} is not saved yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No microphone or other input was found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plug one in: it appears here by itself. Sound files, MIDI files and the keyboard on the screen work without one: choose File, MIDI or Notes above.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It listens and does not record yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording begins with the first beat of the next bar.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The computer was too slow: a piece of the sound was lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening the microphone …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hum or sing a tune; the music follows it. First you see the level, then you record.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready. Sing: the level is still low.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready, but too loud: turn it down.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready. The level is good.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counting in …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counting in: {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Recording</name>
    <message>
        <source>Get ready to follow the pitch</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReplaceCard</name>
    <message>
        <source>New words for it (optional)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New words for the section</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left empty, it is made from the words the clip was made from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>takes: </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes of the section</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many versions; the one that leads best into what follows is shown first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the section anew; the rest stays as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the melody in the section</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The section follows the melody on the left, from its beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag over the waveform to select what is to be made anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From {0} to {1}; the rest stays as it is</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SamplingFold</name>
    <message>
        <source>ADVANCED</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Values that shape how it sounds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Higher keeps closer to your words; lower drifts more freely.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Higher surprises more, up to noise; lower repeats itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fewer choices sound safer and plainer; 0 allows all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0 is off. Else it takes over from top-k: low is safe, near 1 is free.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ScheduleDialog</name>
    <message>
        <source>Prompts by the minute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A line is a prompt: when | how it goes over | what it is. 10 is ten minutes, 25:30 and 1:00:00 are clock times from the beginning; “morph 20 s” or “morph 1 min” goes over slowly. The first begins at 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompts by the minute, a line each</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the prompts by the minute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play these instead of the prompts of the page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not use the prompts by the minute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play the prompts of the page; the text stays</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sections</name>
    <message>
        <source>Look for what is broken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” was not made from another clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is broken in “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made anew from {0:.1f} to {1:.1f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take {0} leads best into what follows; 0 is the original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace a section of “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SeedField</name>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same seed and settings make the same music again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SelectionDrags</name>
    <message>
        <source>File of the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The selection is written: drag it once more.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours of the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the playhead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The waveform scrolls along while it plays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep playing when new music begins</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Else what is being made is shown and heard at once, in place of what plays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What selections, loops and the playhead fall on where the tempo is known</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The checkpoint that makes the music</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple graphics (MPS)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the checkpoint runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How exactly it calculates: less is faster and needs less memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>never</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> min idle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When the checkpoint&apos;s memory is given back; it is loaded again when needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The system&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound device that plays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where all clips are kept; files dragged into other programs must stay there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Used from the next start of the program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change keys…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which key does what</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much too late a recording is against the metronome: it is moved forward by that</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beats per bar of the metronome; the first one is accented</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Music</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Runs on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Unload after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound and clips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Sound device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Library folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>La&amp;tency offset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Beats per bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;olours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;nap to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: choose a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use these settings from now on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the settings as they were</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} (not there now)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of a MusicGen checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for the library</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a key or what it does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows only lines with this text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a line to change its key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press the new key here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take its keys away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Default</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give it the keys it came with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All as delivered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give all lines the keys they came with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> or </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One key does two things</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use these keys from now on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>⚠ {0} is used twice: “{1}” and “{2}”. Give one of them another key.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Showing</name>
    <message>
        <source>Find its file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is in the trash; it stays open until you leave it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop it; what is made so far is kept as a clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>● Ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loading the checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>saving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>making {0:.1f} of {1:.1f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.1f} s left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StemDrags</name>
    <message>
        <source>Files of the stems of “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes of “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StemLanes</name>
    <message>
        <source>Stems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag all stems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag all stems into another program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIDI</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide stems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide the stems, and hear the clip as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>STEMS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find the notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Listen for the notes of all stems; then drag them from here as MIDI</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finding the notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The notes are being listened for…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the notes into another program as MIDI</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Stems</name>
    <message>
        <source>Stems of “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by {0}, trained on {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>they add up to the clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: {1} · {2} · {3} MB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained on {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TagsLine</name>
    <message>
        <source>Tags, parted by commas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags of the clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter keeps the tags, Esc leaves them as they were</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TakesStrip</name>
    <message>
        <source>TAKES</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take {0}, {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take {0} is shown and heard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>follows the melody {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the takes first that measure best, or follow the melody most closely</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Tempo</name>
    <message>
        <source>Listen for tempo and key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set tempo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>listening…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no beat</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TempoCard</name>
    <message>
        <source>Tempo, bars and key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no beat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beats per minute; the first downbeat stays where it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tap along with the music, four times or more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Twice as fast: a beat more between any two</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Half as fast: every other beat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beats per bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many beats a bar has</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bar begins here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let a bar begin at the playhead; all beats move along</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the key if another one was found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything stays where it is put</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selections, loops and the playhead fall on beats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selections, loops and the playhead fall on bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snap to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metronome over the clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear whether the beats are right; it is in no file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Confirmed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is confirmed is never found out anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Listening for the beat…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set by you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No beat was found. Type or tap a tempo if there is one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It may be half or twice as fast: choose with ÷ 2 and × 2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a guess: listen with the metronome, and correct it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The tempo is sure; where the bars begin is a guess.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Found by listening.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TransportBar</name>
    <message>
        <source>Transport</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>starts in {0:.0f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Position and length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound broke off {0} times</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop, and go back to where it began</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat the loop region, or all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When the sound starts, on what, or how much is selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Volume of playing; clips and exports stay as they are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loop on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loop off</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ValueSlider</name>
    <message>
        <source>{0}, slider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: back to {1}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Views</name>
    <message>
        <source>Draw the spectrogram</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WaveformView</name>
    <message>
        <source>Your music appears here while it is being made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys move the playhead, with Shift in large steps; Home and End go to the ends.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>playhead {now} of {total} seconds</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Lane</name>
    <message>
        <source>Mute {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Silence it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solo {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear only it, and others that are solo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waveform of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Silent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:+d} dB</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Lines</name>
    <message>
        <source>Checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_List</name>
    <message>
        <source>All messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MESSAGES</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Strip</name>
    <message>
        <source>Drag it into another program</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>checkpoints</name>
    <message>
        <source>Comes with the program and plays at once; follows a melody you hum or play.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The quickest of Meta&apos;s: sketches, loops, trying prompts out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fuller, and truer to the prompt than small; takes longer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The best from words alone, and the slowest.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follows a melody you hum or play, in any style you name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follows a melody, at the best quality; slow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As small, in stereo: wider, for sketches and loops.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As medium, in stereo: fuller and wider.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The best from words alone, in stereo; the slowest.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follows a melody you hum or play, in stereo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follows a melody in stereo, at the best quality; slow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes its style from a sound. This program does not play its kind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes recordings apart into drums, bass, voices and the rest.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes recordings apart into drums, bass, voices, guitar, piano and the rest.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ending</name>
    <message>
        <source>ends by itself ({0} of {1} tries did well)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fades out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fades out (none of {0} tries came to rest by itself)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fades out ({0} of {1} tries rested, none on the bar and in key)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ends by itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fades out (it did not come to rest by itself)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fades out (it rested, but not on the bar and in key)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>length</name>
    <message>
        <source>{0:.2f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} bars</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} beats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 beat</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>self.window</name>
    <message>
        <source>{0} unfinished clips were recovered</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>shortcuts</name>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the cursor into the prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record a hum: get ready, begin, stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let it end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passages as text…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the words of the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Split the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the passage to the left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the passage to the right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loop on or off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loop the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live: music that never ends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the last 30 s of live music</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a kept live recording again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take 2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take 3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take 4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take 5</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take 6</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take 7</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take 8</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom to the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the whole clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name the mark at the playhead…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Star on or off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make this sooner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make this later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel this job</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find the file of a missing clip…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trim to the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut the selection out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Silence the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Split in two at the playhead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Join the clips chosen in the library, oldest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fade in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fade out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Louder by 3 dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Softer by 3 dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Louder or softer…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normalise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reverse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop what is being made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompts written before…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Surprise me with a prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit the notes of the melody…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear the melody, or stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow no melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Extend…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Variations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Again, same seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use these settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace the selection…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mend what is broken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stems</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tempo and key…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play the clip from its start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play what is there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop, and go back to where it began</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play what the arrow keys choose in the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare: A or B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the comparison</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear the original, and back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spectrogram instead of the waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taller waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flatter waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mark on or off at the playhead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the next mark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the mark before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove all marks of the clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Marks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next section of the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous section</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full screen on or off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoints…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the checkpoint&apos;s memory back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All keys…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Diagnostics…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
