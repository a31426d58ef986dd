<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
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
        <source>LICENCES</source>
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
        <source>This program&apos;s code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starter checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>free to use for anything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Meta&apos;s MusicGen checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CC-BY-NC 4.0: not for commercial use</source>
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
        <source>BSD and similar, LGPL-2.1 (libsoxr)</source>
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
    <message>
        <source>Close</source>
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
    <name>ChipRow</name>
    <message>
        <source>Put “{0}” into the prompt, or take it out</source>
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
        <source>Extend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on from the end or the playhead</source>
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
        <source>Loop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat the loop region, or all</source>
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
    <name>Collection</name>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import {0}</source>
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
    <name>Dialogs</name>
    <message>
        <source>{0} exported to {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exporting to {0} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
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
        <source>New words for it (optional)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New words for the added part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left empty, it goes on with the clip&apos;s own words</source>
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
        <source>From the playhead, {0}</source>
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
</context>
<context>
    <name>HeaderBar</name>
    <message>
        <source>Header</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Menu</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint: choose another one in the settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MusicGen Studio</source>
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
        <source>silent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.0f} decibels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, clipped</source>
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
        <source>imported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>recorded</source>
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
        <source>Tags…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use these settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Again, same seed</source>
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
        <source>More filters: checkpoint, tag, length</source>
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
        <source>Filter: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clips</source>
        <translation type="unfinished"></translation>
    </message>
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
    <message>
        <source>Restore from the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the selected clips back into the library</source>
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
        <source>Search titles, prompts and tags</source>
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
    <name>MainWindow</name>
    <message>
        <source>About</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the checkpoint&apos;s memory back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not loaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.1f}× real time</source>
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
    <name>PromptPanel</name>
    <message>
        <source>Prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This checkpoint follows no melody. The settings let you choose one that does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a sound file whose melody is followed</source>
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
        <source>A click puts the word into the prompt, or takes it out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words to click into the prompt: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MELODY</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A melody for the music to follow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Melody from a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow no melody</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Melody from a file: the music follows its tune in the style you describe.</source>
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
        <source>Generate</source>
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
    <message>
        <source>Sound files ({0})</source>
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
        <source>Snap to beats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selections and loops begin and end on beats where the tempo is known</source>
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
        <source>Window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;olours</source>
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
        <source>Take {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hear take {0}</source>
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
        <source>When the sound starts</source>
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
    <name>self.window</name>
    <message>
        <source>{0} unfinished clips were recovered</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>shortcuts</name>
    <message>
        <source>Make</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the field, then cancel what is being made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record a hum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play or stop</source>
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
        <source>Search the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename the clip</source>
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
        <source>Export</source>
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
        <source>Redo</source>
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
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This sheet of keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
