import Domain
import Files
import Foundation

/// A prompt's folder of sections.
enum PromptFolder {
  private static let mostSections = 200

  /// Reads the sections in order. Files other than sections are left alone: hidden ones and `README.md` silently, other
  /// `.md` files with a warning.
  static func read(name: String, path: String, in folder: WorkspaceFolder, problems: inout [Problem]) -> Prompt {
    var prompt = Prompt(name: name, path: path, sections: [])
    let absolute: String
    do {
      absolute = try folder.reading(path)
    } catch {
      problems.append(
        Problem(file: WorkspaceReader.file, key: "prompts.\(name)", message: String(describing: error)))
      return prompt
    }
    guard WorkspaceFolder.isFolder(absolute) else {
      problems.append(
        Problem(
          file: path, key: "prompts.\(name)",
          message: "The folder doesn't exist; make it with a file such as \(path)/10-task.md in it."))
      return prompt
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: absolute)) ?? []
    for file in files.sorted() where file.hasSuffix(".md") && !file.hasPrefix(".") && SectionName(file) == nil {
      guard file.lowercased() != "readme.md" else { continue }
      problems.append(
        Problem(
          .warning, file: "\(path)/\(file)",
          message: "Not a section, because its name has no number; rename it to something like 50-\(file)."))
    }
    let names = files.compactMap(SectionName.init).sorted()
    for name in names.prefix(mostSections) {
      if let section = section(name, path: "\(path)/\(name.file)", in: folder, problems: &problems) {
        prompt.sections.append(section)
      }
    }
    if names.isEmpty {
      problems.append(
        Problem(.warning, file: path, message: "No sections yet; make one, for example \(path)/10-task.md."))
    } else if names.count > mostSections {
      problems.append(Problem(file: path, message: "More than \(mostSections) sections; only the first are read."))
    }
    return prompt
  }

  private static func section(
    _ name: SectionName, path: String, in folder: WorkspaceFolder, problems: inout [Problem]
  ) -> Section? {
    let log = ProblemLog(file: path)
    defer { problems += log.all }
    do {
      let text = try FileBytes.text(try folder.reading(path), limit: SectionFile.mostBytes, keepsMark: true)
      let file = SectionFile(text, log: log)
      var section = Section(
        id: name.file, title: file.title ?? name.title, role: file.role ?? name.role, isEnabled: file.isEnabled ?? true,
        body: file.body)
      section.firstLine = file.firstLine
      return section
    } catch {
      log.add(.error, line: nil, String(describing: error))
      return nil
    }
  }

  /// Writes a section's file so that it says what the section says.
  /// - Throws: `Problem`.
  static func write(_ section: Section, of prompt: Prompt, in folder: WorkspaceFolder) throws {
    let relative = "\(prompt.path)/\(section.id)"
    do {
      guard let name = SectionName(section.id) else {
        throw PathError(
          description: "A section's file needs a name such as 40-constraints.md: a number, a hyphen, a word.")
      }
      let path = try folder.writing(relative)
      let old = try existing(path, relative: relative)
      var file = old ?? SectionFile()
      file.apply(section, named: name)
      // Texts that Swift takes for equal may differ in their bytes.
      let isSame = old.map { $0.text.utf8.elementsEqual(file.text.utf8) } ?? false
      if !isSame { try folder.replace(path, with: Array(file.text.utf8)) }
    } catch {
      throw Problem(file: relative, message: String(describing: error))
    }
  }

  private static func existing(_ path: String, relative: String) throws -> SectionFile? {
    guard WorkspaceFolder.exists(path) else { return nil }
    return SectionFile(
      try FileBytes.text(path, limit: SectionFile.mostBytes, keepsMark: true), log: ProblemLog(file: relative))
  }

  /// Deletes a section's file; one that is gone already is fine.
  /// - Throws: `Problem`.
  static func delete(_ section: Section, of prompt: Prompt, in folder: WorkspaceFolder) throws {
    let relative = "\(prompt.path)/\(section.id)"
    do {
      guard SectionName(section.id) != nil else { throw PathError(description: "This isn't a section's file.") }
      try FileBytes.delete(try folder.writing(relative))
    } catch FileError.missing {
    } catch {
      throw Problem(file: relative, message: String(describing: error))
    }
  }
}
