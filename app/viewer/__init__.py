"""The pictures: slices through VTK's image pipeline painted by Qt, and the volume in 3D."""
