"""图文直播: picture and text, live."""
