/// Text for Markdown as pull requests show it, where nothing of it can be markup, a mention or a link.
enum MarkdownText {
  private static let special: Set<Character> = ["\\", "`", "*", "_", "[", "]", "|", "~", "$"]

  /// One line of prose of at most so many bytes before it is escaped, `…` behind a cut.
  static func line(_ text: String, bytes: Int = 600) -> String {
    let head = VisibleText.start(of: text, bytes: bytes * 4)
    let start = VisibleText.start(of: VisibleText.line(String(head.text)), bytes: bytes)
    var result = ""
    for character in start.text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      // An empty comment between a sign and a name, or within a scheme, ends what would become a mention or a link.
      case "@": result += "@<!-- -->"
      case "#": result += "\\#<!-- -->"
      case _ where special.contains(character): result += "\\" + String(character)
      default: result.append(character)
      }
    }
    result = result.replacing("://", with: ":<!-- -->//").replacing("www.", with: "www<!-- -->.")
    // In front of a line these would start a list, or make a heading of the line above.
    if result.prefixMatch(of: /[-+=]|\d+[.)](\s|$)/) != nil { result = "<!-- -->" + result }
    return result + (head.cut + start.cut > 0 ? "…" : "")
  }

  /// A text as code on one line, also within a table: of at most so many bytes, `…` behind a cut.
  static func code(_ text: String, bytes: Int = 80) -> String {
    let head = VisibleText.start(of: text, bytes: bytes * 4)
    let start = VisibleText.start(of: VisibleText.line(String(head.text)), bytes: bytes)
    var body = String(start.text) + (head.cut + start.cut > 0 ? "…" : "")
    if body.isEmpty { return "*empty*" }
    // Tables are cut into cells before code is looked for.
    body = body.replacing("|", with: "\\|")
    var longest = 0
    var length = 0
    for character in body {
      length = character == "`" ? length + 1 : 0
      longest = max(longest, length)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let pad = body.hasPrefix("`") || body.hasSuffix("`") ? " " : ""
    return fence + pad + body + pad + fence
  }
}
