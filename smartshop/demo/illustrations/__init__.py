"""Our own product drawings: one function a form, coloured by a look, drawn as static SVG."""
