"""Functions on sound arrays, one subject a file. No files, no devices, no torch."""
