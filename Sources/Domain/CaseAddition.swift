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
  /// The prompt that a set that is new is asked with, and that is new as well; the variants' own where nil.
  package var prompt: NewPrompt?
  /// Whether a set that is new has general tasks, which decide nothing by themselves.
  package var isGeneral = false

  package init(set: String, path: String, lines: [String], graders: [JSONValue] = []) {
    self.set = set
    self.path = path
    self.lines = lines
    self.graders = graders
  }
}

/// A prompt of one section, to be written.
package struct NewPrompt: Sendable, Hashable {
  /// Its name.
  package var name: String
  /// Its folder, relative to the workspace.
  package var folder: String
  /// The name of the section's file.
  package var file: String
  /// What the file says.
  package var text: String

  /// Makes one.
  package init(name: String, folder: String, file: String, text: String) {
    self.name = name
    self.folder = folder
    self.file = file
    self.text = text
  }
}
