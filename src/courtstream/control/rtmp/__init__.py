"""A small RTMP receiver: one port for all courtrooms, the key checked before the first media byte.

Written after Adobe's "Real-Time Messaging Protocol 1.0" (2012), "AMF0" (2006) and "Video File
Format Specification 10.1" (2010); the section numbers in the modules are theirs. Nothing here
decodes media.
"""
