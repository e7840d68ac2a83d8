"""The server-rendered pages: public, courtroom, judge and schedule."""
