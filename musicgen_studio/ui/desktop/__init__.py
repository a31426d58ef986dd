"""The program as part of a desktop: media keys, notifications, the bus they go over. On Linux by D-Bus."""
