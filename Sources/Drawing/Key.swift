/// A key press as people write it: `Ctrl-x`, `Shift-Tab`, `PageDown`, `é`, `Space`, `F5`.
///
/// The written form (`description`) and `init(_:)` are inverses; bindings, key scripts and help all use them.
package struct Key: Hashable, Sendable {
  /// What was pressed, apart from modifiers.
  package enum Code: Hashable, Sendable {
    /// A key that types something; upper case letters stand for themselves, without the shift modifier.
    case character(Character)
    /// A function key, from 1.
    case function(Int)
    /// The keys with names.
    case enter, tab, escape, backspace, delete, insert, up, down, left, right, home, end, pageUp, pageDown
  }

  /// Keys held down meanwhile.
  package struct Modifiers: OptionSet, Hashable, Sendable {
    /// One bit for each modifier.
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Control.
    package static let control = Modifiers(rawValue: 1)
    /// Alt, also called Meta or Option.
    package static let alt = Modifiers(rawValue: 2)
    /// Shift; only with keys that type nothing.
    package static let shift = Modifiers(rawValue: 4)
  }

  /// What was pressed.
  package var code: Code
  /// What was held down.
  package var modifiers: Modifiers

  package init(_ code: Code, _ modifiers: Modifiers = []) {
    self.code = code
    self.modifiers = modifiers
  }

  /// The character that the key types, if it types one.
  package var text: Character? {
    if case .character(let character) = code, modifiers.isEmpty { character } else { nil }
  }
}

// MARK: - Short names for bindings

extension Key {
  /// Enter.
  package static let enter = Key(.enter)
  /// Tab.
  package static let tab = Key(.tab)
  /// Shift-Tab.
  package static let backTab = Key(.tab, .shift)
  /// Escape.
  package static let escape = Key(.escape)
  /// Backspace.
  package static let backspace = Key(.backspace)
  /// Delete.
  package static let delete = Key(.delete)
  /// Space.
  package static let space = Key(.character(" "))
  /// Arrow up.
  package static let up = Key(.up)
  /// Arrow down.
  package static let down = Key(.down)
  /// Arrow left.
  package static let left = Key(.left)
  /// Arrow right.
  package static let right = Key(.right)
  /// Home.
  package static let home = Key(.home)
  /// End.
  package static let end = Key(.end)
  /// Page up.
  package static let pageUp = Key(.pageUp)
  /// Page down.
  package static let pageDown = Key(.pageDown)

  /// A function key.
  package static func function(_ number: Int) -> Key { Key(.function(number)) }

  /// The key with this modifier.
  package static func control(_ character: Character) -> Key { Key(.character(character), .control) }

  /// The key with this modifier.
  package static func alt(_ character: Character) -> Key { Key(.character(character), .alt) }

  /// The key that types this character.
  package static func character(_ character: Character) -> Key { Key(.character(character)) }
}

extension Key: ExpressibleByUnicodeScalarLiteral, ExpressibleByExtendedGraphemeClusterLiteral {
  /// A one-character literal is the key that types it, so that bindings can say `"g"`.
  package init(extendedGraphemeClusterLiteral value: Character) { self.init(.character(value)) }
}

// MARK: - Written form

extension Key: LosslessStringConvertible {
  private static let names: [(Code, String)] = [
    (.enter, "Enter"), (.tab, "Tab"), (.escape, "Esc"), (.backspace, "Backspace"), (.delete, "Delete"),
    (.insert, "Insert"), (.up, "Up"), (.down, "Down"), (.left, "Left"), (.right, "Right"), (.home, "Home"),
    (.end, "End"), (.pageUp, "PageUp"), (.pageDown, "PageDown"), (.character(" "), "Space"),
  ]

  private static let prefixes: [(Modifiers, String)] = [(.control, "Ctrl-"), (.alt, "Alt-"), (.shift, "Shift-")]

  /// The written form.
  package var description: String {
    var result = ""
    for (modifier, prefix) in Key.prefixes where modifiers.contains(modifier) { result += prefix }
    switch code {
    case .function(let number): result += "F\(number)"
    case .character(let character) where character != " ": result.append(character)
    default: result += Key.names.first { $0.0 == code }?.1 ?? ""
    }
    return result
  }

  /// Reads the written form; nil if it names no key.
  package init?(_ description: String) {
    var rest = Substring(description)
    var modifiers: Modifiers = []
    while let (modifier, prefix) = Key.prefixes.first(where: { rest.hasPrefix($0.1) && rest.count > $0.1.count }) {
      modifiers.insert(modifier)
      rest = rest.dropFirst(prefix.count)
    }
    if let code = Key.names.first(where: { $0.1 == rest })?.0 {
      self.init(code, modifiers)
    } else if rest.count > 1, rest.first == "F", let number = Int(rest.dropFirst()), (1...63).contains(number) {
      self.init(.function(number), modifiers)
    } else if rest.count == 1, let character = rest.first, character != " " {
      self.init(.character(character), modifiers)
    } else {
      return nil
    }
  }
}
