"""pledgebot keeps candidates to their word.

Records what each municipal list says on each demand of an open letter, with its proof, and tells the public.
"""

__version__ = "0.1.0"
