/// The names of Unicode properties as ECMA-262 and PCRE2 write them.
enum UnicodeProperty {
  /// What PCRE2 calls the property that ECMA-262 writes as `name` between the braces of `\p{…}`.
  static func name(for name: String) -> String {
    let parts = name.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return categories[name.lowercased()] ?? name }
    switch parts[0] {
    case "General_Category", "gc": return categories[parts[1].lowercased()] ?? parts[1]
    case "Script", "sc": return "sc=" + parts[1]
    case "Script_Extensions", "scx": return "scx=" + parts[1]
    default: return name
    }
  }

  /// The short names of general categories (Unicode Character Database, PropertyValueAliases) by their long ones.
  private static let categories = [
    "letter": "L", "cased_letter": "L&", "uppercase_letter": "Lu", "lowercase_letter": "Ll", "titlecase_letter": "Lt",
    "modifier_letter": "Lm", "other_letter": "Lo", "mark": "M", "combining_mark": "M", "nonspacing_mark": "Mn",
    "spacing_mark": "Mc", "enclosing_mark": "Me", "number": "N", "decimal_number": "Nd", "digit": "Nd",
    "letter_number": "Nl", "other_number": "No", "punctuation": "P", "punct": "P", "connector_punctuation": "Pc",
    "dash_punctuation": "Pd", "open_punctuation": "Ps", "close_punctuation": "Pe", "initial_punctuation": "Pi",
    "final_punctuation": "Pf", "other_punctuation": "Po", "symbol": "S", "math_symbol": "Sm", "currency_symbol": "Sc",
    "modifier_symbol": "Sk", "other_symbol": "So", "separator": "Z", "space_separator": "Zs", "line_separator": "Zl",
    "paragraph_separator": "Zp", "other": "C", "control": "Cc", "cntrl": "Cc", "format": "Cf", "surrogate": "Cs",
    "private_use": "Co", "unassigned": "Cn",
  ]
}
