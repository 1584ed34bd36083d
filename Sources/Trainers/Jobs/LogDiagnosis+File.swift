import Files
import TrainerLogs

extension LogDiagnosis {
  /// What ended the trainer whose log this is; nil when that is not known.
  /// - Parameter status: as shells count it; nil where it isn't known.
  static func sentence(logAt path: String, status: Int?) -> String? {
    var tail = FileTail(path: path, offset: 0)
    tail.offset = max(0, tail.size - mostBytes)
    return sentence(lines: tail.lines(includingTorn: true).map { String(decoding: $0, as: UTF8.self) }, status: status)
  }
}
