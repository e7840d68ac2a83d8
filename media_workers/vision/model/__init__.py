"""The packaged face detector: `yunet.onnx`, its NOTICE, and the script that made it."""
