import Drawing
import WorkbenchCore

/// Numbers as the pane writes them.
enum Words {
  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  static func milliseconds(_ seconds: Double) -> String {
    let milliseconds = seconds * 1000
    return milliseconds < 10_000 ? "\(Int(milliseconds.rounded())) ms" : "\(Int(seconds.rounded())) s"
  }

  static func dollars(_ amount: Double) -> String {
    let cents = Int((amount * 100).rounded())
    return "$\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + "\(cents % 100)"
  }

  /// Its beginning and its end around an ellipsis, where it has more columns than there are.
  static func clippedInTheMiddle(_ text: String, to width: Int) -> String {
    guard TextWidth.columns(of: text) > width, width > 2 else { return TextWidth.truncate(text, to: width) }
    let end = TextWidth.clip(String(text.reversed()), to: (width - 1) / 2)
    return TextWidth.clip(text, to: width - 1 - end.columns).text + "…" + String(end.text.reversed())
  }

  /// The interval as a line from 0 % to 100 % with the mean on it.
  static func bar(_ summary: RunSummary, width: Int) -> String {
    func column(_ share: Double) -> Int { min(width - 1, max(0, Int((share * Double(width - 1)).rounded()))) }
    var cells = Array(repeating: Character("·"), count: width)
    for x in column(summary.low)...max(column(summary.low), column(summary.high)) { cells[x] = "━" }
    cells[column(summary.mean)] = "●"
    return String(cells)
  }
}
