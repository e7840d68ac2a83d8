"""What a graph tells of itself: figures for metrics, and which of its stages is late."""

from __future__ import annotations

from courtstream.domain.time import MILLISECOND, to_seconds
from media_workers.pipelines import Graph
from media_workers.runtime.zones import LiveZones


def counters(graph: Graph) -> dict[str, float]:
    """What every edge and stage has counted, for metrics and the courtroom page."""
    return {
        "video_packets": graph.picture.edge.counters.accepted,
        "video_packets_refused": graph.picture.edge.counters.refused,
        "audio_packets": graph.sound.edge.counters.accepted,
        "audio_packets_refused": graph.sound.edge.counters.refused,
        "video_packets_too_late": graph.picture.skipped,
        "pictures_not_analysed": graph.picture.faces.refused,
        "sounds_not_analysed": graph.sound.speech.refused,
        "faces_restarts": graph.picture.faces.failures,
        "speech_restarts": graph.sound.speech.failures,
        "threads_left_behind": graph.threads_left_behind,
        "faces_rtf": round(graph.picture.faces.rtf, 3),
        **_view(graph.zones),
        "picture_queue_seconds": round(to_seconds(graph.picture.faces.held), 2),
        "sound_queue_seconds": round(to_seconds(graph.sound.speech.held), 2),
        "video_queue_seconds": round(to_seconds(graph.picture.edge.held), 2),
        "broken_video_packets": graph.picture.broken,
        "broken_audio_packets": graph.sound.broken,
        "clock_jumps": graph.clock.counters.jumps if graph.clock else 0,
        "clock_wraps": graph.clock.counters.wraps if graph.clock else 0,
        "clock_drift_ms": graph.clock.counters.drift / MILLISECOND if graph.clock else 0.0,
        "av_worst_ms": graph.sound.worst_skew / MILLISECOND,
        "av_beyond_40_ms": graph.sound.skewed,
        "guard_closures": graph.guard.closures_made,
        "chunks_not_written": graph.release.lost_chunks,
        "delay_line_bytes": graph.delay.bytes,
        "width": graph.form[0],
        "height": graph.form[1],
        "fps": graph.picture.coding.fps,
        **graph.sound.dial.counters(),
        **({} if graph.sealed is None else graph.sealed.counters()),
    }


def slow_stage(graph: Graph) -> str:
    """A sentence naming the stage that is late, in Chinese and English; empty when none is."""
    if graph.catch_up.active():
        return "正在补播重启前未播出的内容 / what had not aired before the restart is made up for"
    if graph.release.error:
        return "公开输出无法写盘，请检查磁盘 / publishing has stopped: look after the disk"
    if to_seconds(graph.picture_lag) > 3.5:
        return "人脸分析跟不上，请降低分辨率或帧率 / face analysis is late: lower size or rate"
    if to_seconds(graph.speech_lag) > to_seconds(graph.release.delay):
        return "语音分析跟不上，请加大延时或换小模型 / speech is late: more delay, smaller model"
    return graph.sound.dial.effort.says


def _view(zones: LiveZones) -> dict[str, float]:
    """Whether the picture shows a known view, where seat zones are in force."""
    _, known = zones.current
    return {} if known is None or not known.views else {"view_known": float(bool(zones.view))}
