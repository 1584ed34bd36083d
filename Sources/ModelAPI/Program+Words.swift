import Foundation
import Processes

extension Program {
  /// A program that a workspace names, to run in the workspace's folder.
  /// - Parameter words: the program and its arguments; one with a slash in its name is looked for from the folder.
  init(words: [String], inherits: Inheritance, in folder: String) {
    var name = words.first ?? ""
    if name.hasPrefix("~/") { name = (name as NSString).expandingTildeInPath }
    if name.contains("/"), !name.hasPrefix("/") { name = folder + "/" + name }
    self.init(name, Array(words.dropFirst()), inherits: inherits, workingDirectory: folder)
  }
}
