"""SRT in: one UDP port for all courtrooms; the handshake is read here, the protocol elsewhere.

A caller's stream id stands in its handshake in the clear. So the key is checked before any media
is taken, and only then a child ffmpeg, which speaks SRT, is given the caller's packets.
"""
