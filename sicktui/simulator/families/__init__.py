"""What each family has in each firmware: variables, methods, types, limits and defaults.

One text file each, read when a device of it is made: ``notation`` reads it, ``kinds`` are its types. Those
of picoScan 2.2.1, multiScan100 2.4.2 and LRS4000 1.9.1 were made from the vendor's OpenAPI files by
``tests/families/from_openapi.py``; the newer ones name what changed. A line is one of::

    based on picoscan-2.2.1           everything of that file, unless a line below replaces it
    type DateTime_t {...}                a type with a name; GET has an object of it under the variable's name
    R OpHours u32 = 0                    a variable: R, W or RW, its name, its type, its default
    M FindMe open {...} -> {...}         a method: its user level, what it takes, what it returns
    - ScanDataEnable ScanDataFormat      what the base has and this one has not

Types: ``bool``, ``u8`` to ``u64``, ``i8`` to ``i32``, ``1..10``, ``float 0.1..16``, ``0|1|3`` (codes),
``text 0..32``, ``[0..4 u8]``, ``{x i32, y i32}``.
"""
