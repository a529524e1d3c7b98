"""What is checked of rendered people before anybody trains with them.

checks.py says what a check is and keeps count; labels.py, sides.py, surfaces.py, dress.py and likeness.py
hold the checks of pictures and labels, each a pure function of one person's views; stage.py adds what only
the studio knows (bones, camera, light); storage.py looks at the files; detector.py asks a network trained on
photographs; sheet.py shows the worst. `train/commands/audit.py` is the command.
"""
