"""What the program itself needs: settings, licences, work in the background."""
