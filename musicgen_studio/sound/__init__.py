"""Sound devices. The only room that uses sounddevice."""
