import Content

/// Lines to add to an eval set's file.
package struct CaseAddition: Sendable, Hashable {
  /// The set's name.
  package var set: String
  /// Its file, relative to the workspace.
  package var path: String
  /// JSON objects without line ends.
  package var lines: [String]
  /// Descriptions of graders for a set that is new.
  package var graders: [JSONValue]

  package init(set: String, path: String, lines: [String], graders: [JSONValue] = []) {
    self.set = set
    self.path = path
    self.lines = lines
    self.graders = graders
  }
}
