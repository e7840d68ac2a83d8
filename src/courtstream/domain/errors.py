"""Every error the platform raises on purpose.

The class docstring is the message in English, `zh` the message a clerk reads, `code` a stable
name for programs, `remedy` what to do. No message ever carries personal data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class CourtstreamError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"
    zh: ClassVar[str] = "系统出现错误"
    remedy: ClassVar[str] = ""
    status: ClassVar[int] = 500

    def __init__(self, detail: str = "", **facts: object) -> None:
        self.detail = detail
        self.facts: Mapping[str, object] = facts
        super().__init__(f"{self.message} {detail}".strip())

    @property
    def message(self) -> str:
        """The class docstring as one line."""
        return " ".join((type(self).__doc__ or "").split())


class InvalidInput(CourtstreamError):
    """The input cannot be used."""

    code = "invalid_input"
    zh = "输入有误"
    status = 422


class NotFound(CourtstreamError):
    """There is no such thing here."""

    code = "not_found"
    zh = "未找到"
    status = 404


class Forbidden(CourtstreamError):
    """Your role does not allow this."""

    code = "forbidden"
    zh = "权限不足"
    remedy = "请联系本院管理员调整角色 / ask your court's administrator for the role"
    status = 403


class Conflict(CourtstreamError):
    """The present state does not allow this."""

    code = "conflict"
    zh = "当前状态不允许此操作"
    status = 409


class Withdrawn(CourtstreamError):
    """This hearing has been withdrawn from the public."""

    code = "withdrawn"
    zh = "该庭审已撤回公开"
    status = 410


class GateClosed(CourtstreamError):
    """The publication gate does not let this hearing go out."""

    code = "gate_closed"
    zh = "公开审查未通过，不得直播"
    remedy = "核对案件类型与不公开情形 / check the case type and the closure codes"
    status = 409


class UnknownIngestKey(CourtstreamError):
    """No courtroom uses this ingest key."""

    code = "ingest_key_unknown"
    zh = "推流密钥无效或已停用"
    remedy = "在法庭推流页复制当前密钥 / copy the present key from the courtroom's stream page"
    status = 401


class NoHearingNow(CourtstreamError):
    """This courtroom has no hearing scheduled or admitted now."""

    code = "no_hearing_now"
    zh = "该法庭当前没有可推流的庭审"
    remedy = "先排期并通过公开审查 / schedule a hearing and pass the gate first"
    status = 409


class PreviousHearingOpen(Conflict):
    """End the previous hearing of this courtroom first; the next one is due."""

    code = "previous_hearing_open"
    zh = "本法庭下一场庭审即将开始，请先结束上一场庭审"
    remedy = "在法庭推流页结束上一场，再重新推流 / end it on the courtroom page, then push again"


class SecondPassOpen(Conflict):
    """The second look over the picture is not settled: the replay cannot go out yet."""

    code = "second_pass_open"
    zh = "第二遍画面复核尚未完成，录播暂不能发布"
    remedy = "在庭审的“画面复核”页逐条确认 / settle the list on the hearing's picture review page"


class PublisherPresent(CourtstreamError):
    """Another encoder is already publishing with this key."""

    code = "publisher_present"
    zh = "该密钥已有编码器在推流"
    remedy = "停止另一台编码器，或更换密钥 / stop the other encoder or rotate the key"
    status = 409


class NoVideoTrack(CourtstreamError):
    """The stream carries no video track."""

    code = "no_video_track"
    zh = "信号中没有视频轨"
    remedy = "检查编码器的视频输入 / check the encoder's video input"
    status = 422


class NoAudioTrack(CourtstreamError):
    """The stream carries no audio track."""

    code = "no_audio_track"
    zh = "信号中没有音频轨"
    remedy = "检查编码器的音频输入；直播将以静音继续 / check the audio input; silent until then"
    status = 422


class BrokenStream(CourtstreamError):
    """The stream cannot be decoded."""

    code = "broken_stream"
    zh = "信号损坏，无法解码"
    remedy = "使用 H.264 与 AAC 重新推流 / push H.264 and AAC again"
    status = 422


class ModelMissing(CourtstreamError):
    """A model file is missing or is not the file it should be."""

    code = "model_missing"
    zh = "模型文件缺失或校验不符"
    remedy = "运行 courtstream doctor / run courtstream doctor"


class SealBroken(CourtstreamError):
    """The sealed original does not verify."""

    code = "seal_broken"
    zh = "庭审原始录音录像校验不通过"


class SealKeyUnusable(CourtstreamError):
    """The key of the sealed original cannot be used."""

    code = "seal_key_unusable"
    zh = "原始录音录像的密钥不可用"
    remedy = "检查主密钥文件及其权限 / check the master key file and its permissions"


class OtherMasterKey(CourtstreamError):
    """This node's master key is not the cluster's: what it sealed could be opened nowhere else."""

    code = "other_master_key"
    zh = "本节点的主密钥与集群不一致，不接收庭审"
    remedy = (
        "从集群的其他节点复制 keys/master.key（权限 600）到本机后重新启动；"
        "若确要以本机密钥为准，执行 courtstream nodes forget-key 后启动 / copy keys/master.key "
        "(mode 600) from another node of the cluster and start again; if this key is the right "
        "one, run courtstream nodes forget-key first"
    )
    status = 503


class SealBusy(CourtstreamError):
    """Another process is writing this sealed original."""

    code = "seal_busy"
    zh = "该庭审原始录音录像正由另一进程写入"
    remedy = "先停止另一进程 / stop the other process first"
    status = 409


class LeaseLost(CourtstreamError):
    """This worker's lease on the hearing is over; it must not publish."""

    code = "lease_lost"
    zh = "发布权已转移"


class LyingAnalysis(CourtstreamError):
    """An analysis gives results that cannot be true; nothing it vouches for may go out."""

    code = "analysis_lying"
    zh = "分析结果不可信，已停止放行"
    remedy = "检查语音或人脸模型 / check the speech or face model with courtstream doctor"


class ControlAway(CourtstreamError):
    """The control plane does not answer."""

    code = "control_away"
    zh = "控制服务暂时无响应"
    remedy = "稍后重试；若持续，请查看 courtstream up 的日志 / try again; then see the log of up"
    status = 503


class DatabaseAway(CourtstreamError):
    """The database cannot be used now."""

    code = "database_away"
    zh = "数据库暂时不可用"
    remedy = "直播与录制不受影响；请稍后重试 / streams and recordings go on; try again in a moment"
    status = 503


class WorkerAway(ControlAway):
    """The hearing's worker does not answer."""

    code = "worker_away"
    zh = "该庭审的处理进程未运行或无响应"
    remedy = "等待自动重启，或重新推流 / wait for its restart, or push the stream again"


class NodeAway(ControlAway):
    """The node agent does not answer."""

    code = "node_away"
    zh = "节点代理无响应"
    remedy = "检查该节点上的 courtstream node / check courtstream node on that machine"


class PortTaken(CourtstreamError):
    """The port is taken by another program."""

    code = "port_taken"
    zh = "端口已被其他程序占用"
    remedy = "换一个端口，或停止占用它的程序 / choose another port or stop that program"


class ProgramMissing(CourtstreamError):
    """A program that is needed is not installed."""

    code = "program_missing"
    zh = "缺少必需的程序"
    remedy = "运行 courtstream doctor / run courtstream doctor"


class ExtraMissing(CourtstreamError):
    """An optional part is wanted by the settings and not installed:"""

    code = "extra_missing"
    zh = "设置所需的可选组件未安装"
    remedy = "pip install 'courtstream[NAME]'"


class AlreadyRunning(CourtstreamError):
    """Another courtstream already runs on this data folder."""

    code = "already_running"
    zh = "该数据目录已有 courtstream 在运行"
    remedy = "先停止它，或换一个数据目录 / stop it first or choose another data folder"
    status = 409


class UnsupportedCodec(CourtstreamError):
    """The encoder sends a codec that is not supported here."""

    code = "codec_unsupported"
    zh = "编码格式不受支持"
    remedy = "编码器请选择 H.264 视频与 AAC 音频 / set the encoder to H.264 video and AAC audio"
    status = 422


class UnsupportedContainer(CourtstreamError):
    """The file is none that can be taken in."""

    code = "container_unsupported"
    zh = "文件格式不受支持"
    remedy = "请上传录播主机导出的 MKV、MP4 或 TS 文件 / bring the recorder's MKV, MP4 or TS file"
    status = 422


class FileTooLarge(CourtstreamError):
    """The file is larger than this site takes."""

    code = "file_too_large"
    zh = "文件超过本站上限"
    remedy = "分段导出，或由管理员调整 late.most_gb / export parts, or raise late.most_gb"
    status = 413


class FileChanged(Conflict):
    """The file is not the one that was begun, or a part of it is missing."""

    code = "file_changed"
    zh = "上传内容与已开始的文件不符，请重新选择原文件"
    remedy = "选择同一文件继续，或重新开始 / choose the same file to go on, or begin anew"


class RecordingPresent(Conflict):
    """This hearing has a recording: nothing can be brought in its place."""

    code = "recording_present"
    zh = "该庭审已有原始录像，不能再补传"


class SourceRefused(CourtstreamError):
    """This source may not be fetched: it is not on the operator's list, or leads elsewhere."""

    code = "source_refused"
    zh = "该信号源不在允许名单内，或指向了不允许的地址"
    remedy = "由管理员在 ingest.pull_allow 中登记 / the operator lists it in ingest.pull_allow"
    status = 422


class SourceAway(CourtstreamError):
    """The source does not answer."""

    code = "source_away"
    zh = "信号源没有应答"
    remedy = "检查录播主机的地址、账号与网络 / check the recorder's address, login and network"
    status = 502


class MultitrackStream(UnsupportedCodec):
    """Several tracks of one kind in one stream (enhanced RTMP multitrack) are not taken."""

    code = "multitrack_refused"
    zh = "不支持多轨推流，请只推一路视频和一路音频"
    remedy = "在编码器中关闭多轨（Multitrack）/ switch multitrack off in the encoder"


class AuditBroken(CourtstreamError):
    """The audit chain does not verify: an entry was changed or removed."""

    code = "audit_broken"
    zh = "审计链校验不通过，记录可能被改动"


class SignInFailed(CourtstreamError):
    """The account or the password is wrong."""

    code = "sign_in_failed"
    zh = "账号或密码不正确"
    status = 401


class SignInNeeded(CourtstreamError):
    """Sign in first."""

    code = "sign_in_needed"
    zh = "请先登录"
    status = 401


class TooManyAttempts(CourtstreamError):
    """Too many attempts; wait a little."""

    code = "too_many_attempts"
    zh = "尝试次数过多，请稍后再试"
    status = 429


class SecondFactorNeeded(CourtstreamError):
    """This account needs the code of its second factor."""

    code = "second_factor_needed"
    zh = "该账号还需动态口令"
    remedy = "在请求中给出 code / send the field code"
    status = 401


class SecondFactorMissing(CourtstreamError):
    """This role needs a second factor, and the account has none yet."""

    code = "second_factor_missing"
    zh = "该角色须启用动态口令"
    remedy = "先在网页登录并启用 / sign in by the page once and set it up"
    status = 403


class SecondFactorFailed(CourtstreamError):
    """The code of the second factor is wrong or used up."""

    code = "second_factor_failed"
    zh = "动态口令不正确或已使用"
    status = 401


class SignOnFailed(CourtstreamError):
    """The sign-on service did not confirm who you are."""

    code = "sign_on_failed"
    zh = "统一登录未能完成"
    remedy = "请重试，或使用本地账号 / try again, or use a local account"
    status = 401


class RateLimited(CourtstreamError):
    """Too many requests from this address; wait a little."""

    code = "rate_limited"
    zh = "请求过于频繁，请稍后再试"
    status = 429


class CsrfFailed(CourtstreamError):
    """The request did not come from a page of this site."""

    code = "csrf_failed"
    zh = "页面已过期，请刷新后重试"
    status = 403


class FontMissing(CourtstreamError):
    """No font with Chinese characters was found for printed documents."""

    code = "font_missing"
    zh = "没有可用于打印文书的中文字体"
    remedy = "apt-get install fonts-noto-cjk，或设置 COURTSTREAM_REPORT_FONT / or set that variable"
    status = 503


class MachineFull(CourtstreamError):
    """This machine carries as many hearings as it can without harm to those that run."""

    code = "machine_full"
    zh = "本机正在承载的庭审已满，为不影响其他庭审，暂不接入"
    remedy = "等一场结束、降低画面尺寸或加机器 / wait, lower the picture size, or add a machine"
    status = 503


class NodeClosed(CourtstreamError):
    """This node takes in nothing new."""

    code = "node_closed"
    zh = "本节点已停止接收新庭审"
    remedy = "推流到其他节点，或在节点页重新开放 / use another node, or open this one again"
    status = 503


class DiskPressure(CourtstreamError):
    """The disk is nearly full: no new hearing begins, so that running ones are recorded whole."""

    code = "disk_pressure"
    zh = "磁盘空间不足，为保证在录庭审完整，暂不接入新的庭审"
    remedy = "清理或扩充磁盘后重试 / free some space or add a disk, then try again"
    status = 507
