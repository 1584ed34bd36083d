import Domain
import Files
import Foundation

/// The folder `variants`: a variant in each file `NAME.yaml`, with the keys that it would have under `variants:` in
/// `assay.yaml`.
enum VariantFiles {
  /// The most files that are read.
  static let most = 5000

  /// Path of a variant's file, relative to the workspace.
  static func path(of name: String) -> String { Variant.path(of: name) }

  /// Names of the variants that have a file, in order; what can't be one is noted.
  static func names(in folder: WorkspaceFolder, problems: inout [Problem]) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + Variant.folder)) ?? []
    var names: [String] = []
    for entry in all.sorted() where !entry.hasPrefix(".") {
      let path = Variant.folder + "/" + entry
      if entry.hasSuffix(".yml") {
        problems.append(
          Problem(.warning, file: path, message: "Variants are read from files ending in .yaml: rename it."))
      }
      guard entry.hasSuffix(".yaml"), !WorkspaceFolder.isFolder(folder.path + "/" + path) else { continue }
      let name = String(entry.dropLast(5))
      if let flaw = Variant.flaw(of: name) {
        problems.append(Problem(file: path, key: "variants.\(name)", message: flaw + " Rename the file."))
      } else {
        names.append(name)
      }
    }
    if names.count > most {
      problems.append(
        Problem(
          file: Variant.folder + "/", key: "variants",
          message: "There are more than \(most) files: the others aren't read."))
    }
    return Array(names.prefix(most))
  }

  /// Reads a file.
  /// - Parameter build: makes the variant of its keys.
  static func read(
    _ name: String, in folder: WorkspaceFolder, problems: inout [Problem],
    _ build: (inout ConfigFields) -> Variant?
  ) -> Variant? {
    let log = ProblemLog(file: path(of: name))
    let key = "variants.\(name)"
    defer {
      // A flaw without a key would be one of everything.
      problems += log.all.map { problem in
        var problem = problem
        let own = problem.key ?? key
        problem.key = own == key || own.hasPrefix(key + ".") ? own : key + "." + own
        return problem
      }
    }
    do {
      let text = try FileBytes.text(try folder.reading(path(of: name)), limit: ConfigDocument.mostBytes)
      let document = ConfigDocument(text, keys: "`model:` and `prompt:`", log: log)
      guard !log.problems.contains(where: { $0.severity == .error }) else { return nil }
      var fields = ConfigFields(document, path: key, log: log)
      return build(&fields)
    } catch {
      log.add(.error, line: nil, "\(error)")
      return nil
    }
  }
}

extension FolderWorkspaceFiles {
  /// Writes a variant's file, and files for those that the workspace has without any being written.
  /// - Throws: `Problem`, also where there is a variant of that name.
  package func add(_ variant: Variant) async throws {
    var reader = WorkspaceReader(folder, registry, cases: cases)
    let workspace = try reader.read()
    let file = VariantFiles.path(of: variant.name)
    let isTaken = workspace.variant(variant.name) != nil && !reader.impliesVariants
    guard !isTaken, !workspace.brokenVariants.contains(variant.name) else {
      throw Problem(file: file, message: "There is a variant \"\(variant.name)\" already; choose another name.")
    }
    let implied = reader.impliesVariants ? workspace.variants.filter { $0.name != variant.name } : []
    for variant in implied + [variant] {
      let file = VariantFiles.path(of: variant.name)
      if let flaw = Variant.flaw(of: variant.name) { throw Problem(file: file, message: flaw) }
      do {
        let path = try folder.writing(file)
        guard !WorkspaceFolder.exists(path) else {
          throw Problem(file: file, message: "The file exists already; choose another name, or correct the file.")
        }
        try folder.replace(path, with: Array(variant.text.utf8))
      } catch let problem as Problem {
        throw problem
      } catch {
        throw Problem(file: file, message: String(describing: error))
      }
    }
  }
}
