import Content
import Domain
import Files
import Foundation

/// Reads `training.command`.
enum CommandReader {
  /// How another trainer is run; nil when nothing is said, or when what is said can't be run.
  static func read(_ training: inout ConfigFields, folder: WorkspaceFolder) -> TrainerCommand? {
    guard let value = training.value("command"), var group = ConfigFields(value) else { return nil }
    let run = group.texts("run", "the program and its arguments, such as [axolotl, train, \"{config}\"]") ?? []
    if run.first?.isEmpty ?? true, !group.isBroken {
      group.fail("run", "The program is missing: add `run`, such as run: [axolotl, train, \"{config}\"].")
    }
    // One text is no list: nobody takes it apart as a shell would.
    if run.count == 1, run[0].contains(" ") {
      group.fail("run", "Write the program and its arguments as a list: no shell takes a line apart.")
    }
    var command = TrainerCommand(run: run)
    command.log = place("log", "a file such as \"{output}/trainer_log.jsonl\"", &group)
    command.adapter = place("adapter", "a folder such as \"{output}\"", &group)
    command.config = config(&group, folder)
    command.environment = environment(&group)
    checkFields(command, &group)
    group.finish()
    return group.isBroken ? nil : command
  }

  /// A place in the job's folder.
  private static func place(_ key: String, _ expected: String, _ group: inout ConfigFields) -> String? {
    guard let text = group.text(key, expected) else { return nil }
    guard !text.hasPrefix("/"), !text.hasPrefix("~"), !text.split(separator: "/").contains(".."), !text.contains("\0")
    else {
      group.fail(key, "\(text) is outside of the job's folder; write a place in it, such as {output}.")
      return nil
    }
    return text
  }

  private static func config(_ group: inout ConfigFields, _ folder: WorkspaceFolder) -> String? {
    guard let path = group.text("config", "a file such as train/axolotl.yaml") else { return nil }
    do {
      let file = try folder.reading(path)
      guard WorkspaceFolder.exists(file) else {
        group.fail("config", "\(path) doesn't exist: make it, or correct its path.")
        return nil
      }
      return path
    } catch {
      group.fail("config", error.description)
      return nil
    }
  }

  private static func environment(_ command: inout ConfigFields) -> [String: String] {
    guard let value = command.value("environment"), var group = ConfigFields(value) else { return [:] }
    var environment: [String: String] = [:]
    for (name, value) in group.all() {
      guard name.first?.isNumber == false,
        name.allSatisfy({ $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) })
      else {
        command.fail("environment", "\"\(name)\" is not a valid variable name: write letters, digits and _.")
        continue
      }
      if ["KEY", "TOKEN", "SECRET", "PASSWORD"].contains(where: { name.uppercased().hasSuffix($0) }) {
        command.fail(
          "environment",
          "\(name) looks like a secret, which has no place in a file: set it in your shell and name it in `training.env`."
            + "")
        continue
      }
      guard let text = value.text else {
        value.expected("a text")
        command.isBroken = true
        continue
      }
      environment[name] = text
    }
    return environment
  }

  private static func checkFields(_ command: TrainerCommand, _ group: inout ConfigFields) {
    let names = TrainerCommand.fields.map(\.name)
    let texts =
      command.run.map { ("run", $0) } + [("log", command.log), ("adapter", command.adapter)].map { ($0, $1 ?? "") }
      + command.environment.sorted { $0.key < $1.key }.map { ("environment", $0.value) }
    for (key, text) in texts {
      for name in TrainerCommand.unknownFields(in: text) {
        let near = ConfigFields.suggestion(Spelling.nearest(to: name, among: names))
        group.fail(
          key, "{\(name)} is no field." + (near.isEmpty ? " Fields are \(names.joined(separator: ", "))." : near))
      }
      if text.contains("{config}"), command.config == nil, !group.isBroken {
        group.fail(key, "{config} stands for a copy of the configuration, but there is no `config`.")
      }
    }
  }
}
