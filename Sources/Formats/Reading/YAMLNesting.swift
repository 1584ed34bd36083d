/// An upper bound of how deep a YAML text nests and how many aliases it has, found without understanding it.
package struct YAMLNesting: Sendable {
  /// Aliases (`*name`) at most.
  package private(set) var aliases = 0
  /// The line of the last one, counted from 1.
  package private(set) var lastAliasLine = 1
  /// Whether a key may be more than a name.
  package private(set) var hasComplexKey = false
  private var line = 1
  private var column = 0
  private var isIndent = true
  private var indents: [Int] = []
  private var flowDepth = 0
  private var previous = UInt8(ascii: "\n")
  private var inAlias = false
  private var deepest = 0
  private var deepestLine = 1

  /// Nothing read yet.
  package init() {}

  /// The line where the text nests deepest, where that is deeper than a limit.
  package func deepLine(_ limit: Int) -> Int? { deepest > limit ? deepestLine : nil }

  /// Takes in the next byte.
  package mutating func take(_ byte: UInt8) {
    defer { previous = byte }
    if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
      if byte == UInt8(ascii: "\n") { line += 1 }
      column = 0
      isIndent = true
      inAlias = false
      return
    }
    defer { column += 1 }
    let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    if isIndent, !isBlank {
      // Every entry of a list may begin a list of its own on the same line: "- - - a".
      while let last = indents.last, last >= column { indents.removeLast() }
      indents.append(column)
      note()
      isIndent = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: ":")
    }
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      flowDepth += 1
      note()
    case UInt8(ascii: "]"), UInt8(ascii: "}"): flowDepth = max(0, flowDepth - 1)
    case UInt8(ascii: "*") where " \t\n[{,:-?\r".utf8.contains(previous):
      aliases += 1
      lastAliasLine = line
      inAlias = true
    case UInt8(ascii: ":") where inAlias: hasComplexKey = true
    case UInt8(ascii: ",") where inAlias: inAlias = false
    default: if isBlank, previous == UInt8(ascii: "?") { hasComplexKey = true }
    }
  }

  private mutating func note() {
    guard indents.count + flowDepth > deepest else { return }
    deepest = indents.count + flowDepth
    deepestLine = line
  }
}
