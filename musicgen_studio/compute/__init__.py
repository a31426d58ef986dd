"""What everything that runs on torch needs: devices, threads, memory, precision."""
