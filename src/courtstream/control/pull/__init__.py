"""Sources that the node fetches itself: a courtroom recorder by RTSP, an MPEG-TS over HTTP."""
