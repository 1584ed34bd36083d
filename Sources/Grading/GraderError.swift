/// What is wrong with the description of a grader, and what to do about it.
package enum GraderError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The description is neither an object with a `type` nor the name of a type.
  case notAGrader(found: String)
  /// No grader has this type; `nearest` is one of the valid types spelled almost like it.
  case unknownType(String, valid: [String], nearest: String?)
  /// promptfoo knows the type, but it needs a model or a program to run.
  case unsupportedType(String)
  /// Graders of this type have no such option.
  case unknownKey(String, type: String, valid: [String], nearest: String?)
  /// An option that the type needs is not there.
  case missingKey(String, type: String, meaning: String)
  /// An option has a value that it can't have.
  case wrongValue(key: String, expected: String, found: String)
  /// An option is written in a language of its own, such as JSON Schema, and has a mistake in it.
  case flawedValue(key: String, language: String, flaw: String)

  /// The key that the error is about, to find its line in a file.
  package var key: String {
    switch self {
    case .notAGrader, .unknownType, .unsupportedType, .missingKey: "type"
    case .unknownKey(let key, _, _, _): key
    case .wrongValue(let key, _, _), .flawedValue(let key, _, _): key
    }
  }

  /// What is wrong, and what to write instead.
  package var description: String {
    switch self {
    case .notAGrader(let found):
      return "a grader is an object with a \"type\", such as { type: exact }, not \(found)"
    case .unknownType(let type, let valid, let nearest):
      let types = valid.joined(separator: ", ")
      return "unknown grader type \"\(type)\""
        + (nearest.map { "; did you mean \"\($0)\"?" } ?? "; choose from \(types)")
    case .unsupportedType(let type):
      return "grader type \"\(type)\" needs a model or a program and is not run here; remove it or use another type"
    case .unknownKey(let key, let type, let valid, let nearest):
      let options = valid.joined(separator: ", ")
      return "a grader of type \"\(type)\" has no \"\(key)\""
        + (nearest.map { "; did you mean \"\($0)\"?" } ?? "; it has \(options)")
    case .missingKey(let key, let type, let meaning):
      return "a grader of type \"\(type)\" needs \"\(key)\": \(meaning)"
    case .wrongValue(let key, let expected, let found):
      return "\"\(key)\" must be \(expected), not \(found)"
    case .flawedValue(let key, let language, let flaw):
      return "\"\(key)\" is not a valid \(language): \(flaw)"
    }
  }
}
