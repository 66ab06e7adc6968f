"""What stands behind `manage.py up`: one process that starts the others, keeps them up, and takes them down.

The supervisor starts children from its main thread only, since the kernel ties a child to the thread that
started it. Linux only: other systems lack the signal at a parent's death.
"""
