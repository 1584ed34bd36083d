/// Everything that a theme can style.
///
/// The written name is the case's words with dots between them: `borderFocused` is `border.focused`, and falls back to
/// `border` in a theme that doesn't mention it.
package enum StyleName: Int, CaseIterable, Sendable {
  /// Running text, and the ground of the whole screen.
  case text, textDim, textStrong
  /// Headings, and the one of the pane that has the focus.
  case title, titleFocused
  /// Frames and splitters, and those of what has the focus.
  case border, borderFocused
  /// The selected row or text, in a pane with and without the focus.
  case selection, selectionUnfocused
  /// The place where typing goes.
  case cursor
  /// The name of a key in help and footer.
  case key
  /// The status line and its parts.
  case status, statusTitle, statusBusy, statusNotice
  /// The line of tabs at the top.
  case tab, tabActive
  /// What happened.
  case error, warning, success, info
  /// Single values and differences, judged.
  case good, bad, better, worse, neutral
  /// Two texts compared.
  case diff, diffAdded, diffRemoved, diffSame
  /// Curves and their axes.
  case chart, chartAxis, chartTrain, chartValidation, chartThird, chartFourth, chartFifth, chartSixth, chartCursor
  /// JSON text.
  case json, jsonKey, jsonString, jsonNumber, jsonLiteral
  /// The parts of a prompt by who says them.
  case section, sectionSystem, sectionUser, sectionOff
  /// A `{{ variable }}` in a prompt; one that nothing fills.
  case variable, variableUnknown
  /// What a search found, and the hit the cursor is on.
  case searchMatch, searchMatchCurrent
  /// The two parts of a progress bar.
  case progress, progressFilled, progressEmpty
  /// A score with its interval on a line.
  case interval, intervalRange, intervalMark
  /// The first row of a table.
  case tableHeader
  /// A scroll bar and the part that shows where we are.
  case scrollbar, scrollbarThumb
  /// Help, palette and dialogs over the panes.
  case overlay, overlayBorder, overlayTitle
  /// A line to type into.
  case input, inputPrompt, inputPlaceholder
  /// Line numbers and marks beside text.
  case gutter
  /// Small labels.
  case tag, link, badge, badgePrompted, badgeTuned, badgeRunning, badgeDone, badgeFailed

  /// The name in theme files.
  package var name: String { StyleName.names[rawValue] }

  /// The style with this name in theme files.
  package init?(_ name: String) {
    guard let style = StyleName.byName[name] else { return nil }
    self = style
  }

  /// The style to use in place of one that a theme doesn't mention.
  package var parent: StyleName? { StyleName.parents[rawValue] }

  private static let names = allCases.map { dotted(String(describing: $0)) }
  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
  private static let parents = allCases.map { style -> StyleName? in
    var name = Substring(style.name)
    while let dot = name.lastIndex(of: ".") {
      name = name[..<dot]
      if let parent = byName[String(name)] { return parent }
    }
    return nil
  }

  private static func dotted(_ words: String) -> String {
    words.reduce(into: "") { $0 += $1.isUppercase ? ".\($1.lowercased())" : String($1) }
  }
}
