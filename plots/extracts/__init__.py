"""The certified plot extract (مستخرج قطعة أرض معتمد): asked for, checked, paid, issued with a code.

Anyone signed in may ask for one: it holds what the register says of the plot and names no
owner.  The registration section (قسم التسجيل) checks the plot; the paper is bound to the version
of the plot that was checked, and a plot that changes meanwhile goes back to be checked again.
"""
