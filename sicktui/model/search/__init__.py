"""What a search for sensors means. Pure: ``records`` of the three ways in, findings out.

``judgement`` decides which sensors there are, which of them the list has, and what is odd; ``words`` puts
it in sentences. ``summary`` has the numbers at the end, and why nothing may have been found. ``names``
makes names for the list; ``refind`` decides which of its sensors are looked for.
"""
