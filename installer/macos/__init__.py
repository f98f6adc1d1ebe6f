"""The disk image for macOS. Written by Apple's documentation and run by the workflow only; it was never tried by hand."""
