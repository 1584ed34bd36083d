import Drawing
import Evidence
import WorkbenchCore

/// Numbers as short text, where `Wording` has nothing shorter.
enum Figure {
  /// `[54, 73]`: per cent without the sign.
  static func range(_ low: Double, _ high: Double) -> String {
    guard low.isFinite, high.isFinite else { return "–" }
    return "[\(Int((low * 100).rounded())), \(Int((high * 100).rounded()))]"
  }

  /// `85 ms`, `0.31 s`, `12 s`, `2:05`, `1:02:03`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds < 0.1 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 10 { return decimal(seconds, places: 2) + " s" }
    if seconds < 59.5 { return decimal(seconds, places: 0) + " s" }
    return ClockText.text(seconds.rounded())
  }

  /// Seconds that are still going on: `0.4 s`, `12 s`, `2:05`.
  static func running(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "–" }
    return seconds < 10 ? decimal(max(0, seconds), places: 1) + " s" : duration(seconds)
  }

  /// `now`, `5 min ago`, `3 h ago`, `12 d ago`.
  static func age(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 60 else { return "now" }
    let minutes = Int(min(seconds, 1e12) / 60)
    if minutes < 60 { return "\(minutes) min ago" }
    return minutes < 48 * 60 ? "\(minutes / 60) h ago" : "\(minutes / 1440) d ago"
  }

  /// Answers a second: `0.4/s`, `38/s`.
  static func rate(_ value: Double) -> String { decimal(value, places: value < 10 ? 1 : 0) + "/s" }

  /// Rounded to so many places, zeros included.
  static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "–" }
    var factor = 1
    for _ in 0..<places { factor *= 10 }
    let scaled = Int((abs(value) * Double(factor)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let digits = String(scaled % factor + factor).dropFirst()
    return places == 0 ? "\(sign)\(scaled)" : "\(sign)\(scaled / factor).\(digits)"
  }

  /// The interval as a line from 0 % to 100 % with the mean on it.
  static func bar(_ summary: RunSummary, width: Int) -> String {
    guard width > 0, summary.low.isFinite, summary.high.isFinite, summary.mean.isFinite else { return "" }
    func column(_ share: Double) -> Int { min(width - 1, max(0, Int((share * Double(width - 1)).rounded()))) }
    var cells = Array(repeating: Character("·"), count: width)
    let (low, high) = (column(summary.low), column(summary.high))
    for x in min(low, high)...max(low, high) { cells[x] = "━" }
    cells[column(summary.mean)] = "●"
    return String(cells)
  }

  /// Its beginning and its end around an ellipsis, where it has more columns than there are.
  static func clippedInTheMiddle(_ text: String, to width: Int) -> String {
    guard TextWidth.columns(of: text) > width, width > 2 else { return TextWidth.truncate(text, to: width) }
    let end = TextWidth.clip(String(text.reversed()), to: (width - 1) / 2)
    return TextWidth.clip(text, to: width - 1 - end.columns).text + "…" + String(end.text.reversed())
  }

  /// The end of a text in one line of at most `width` columns, with one space for each gap. No more of it is looked at
  /// than is shown.
  static func tail(_ text: String, width: Int) -> String {
    var kept: [Character] = []  // from the end
    var columns: [Int] = []
    var used = 0
    for character in text.reversed() {
      let isGap = character == " " || character == "\t" || character.isNewline
      if isGap, kept.isEmpty || kept.last == " " { continue }
      kept.append(isGap ? " " : character)
      columns.append(TextWidth.columns(of: kept[kept.count - 1]))
      used += columns[columns.count - 1]
      if used > width { break }
    }
    guard used > width else { return String(kept.reversed()) }
    while used > width - 1, let last = columns.popLast() {
      kept.removeLast()
      used -= last
    }
    return width > 0 ? "…" + String(kept.reversed()) : ""
  }
}
