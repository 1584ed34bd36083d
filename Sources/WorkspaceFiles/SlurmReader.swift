import Domain

/// Reads `training.slurm`.
enum SlurmReader {
  /// How Slurm is told to run a job; nil when nothing is said.
  static func read(_ training: inout ConfigFields) -> SlurmSettings? {
    guard let value = training.value("slurm"), var group = ConfigFields(value) else { return nil }
    var slurm = SlurmSettings()
    slurm.runs = group.choice("runs", among: ["mlx", "trl"]).map(BackendName.init) ?? slurm.runs
    slurm.partition = word("partition", "the name of a partition", &group)
    slurm.account = word("account", "the name of an account", &group)
    slurm.gpus = group.count("gpus", from: 1, to: 1024)
    slurm.nodes = group.count("nodes", from: 1, to: 65_536)
    if let nodes = slurm.nodes, nodes > 1 {
      group.fail("nodes", "The trainers work on the GPUs of one node, so nodes can only be 1. Ask for more `gpus`.")
      slurm.nodes = nil
    }
    slurm.cpus = group.count("cpus", from: 1, to: 65_536)
    slurm.memory = memory(&group)
    slurm.time = time(&group)
    slurm.container = word("container", "an image, such as nvcr.io#nvidia/pytorch:25.01-py3", &group)
    slurm.options = options(&group)
    slurm.setup = lines("setup", "lines of a shell script, such as \"module load cuda\"", &group) ?? []
    group.finish()
    return slurm
  }

  /// A text without spaces and control characters.
  private static func word(_ key: String, _ expected: String, _ group: inout ConfigFields) -> String? {
    guard let text = group.text(key, expected) else { return nil }
    guard isWord(text) else {
      group.fail(key, "Expected \(expected), found one with a space or a control character in it.")
      return nil
    }
    return text
  }

  private static func isWord(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value > 32 && !(127..<160).contains($0.value) }
  }

  private static func memory(_ group: inout ConfigFields) -> String? {
    let expected = "a size such as 64G"
    // A number alone is read as one.
    guard let text = group.text("memory", expected) else { return nil }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, digits.count < 12, ["", "K", "M", "G", "T"].contains(text.dropFirst(digits.count)) else {
      group.fail("memory", "Expected \(expected), found \"\(text)\".")
      return nil
    }
    return text
  }

  private static func time(_ group: inout ConfigFields) -> String? {
    let expected = "a time such as \"8:00:00\" or \"2-12:00:00\""
    guard let text = group.text("time", expected) else { return nil }
    guard SlurmTime.seconds(in: text) != nil else {
      group.fail("time", "Expected \(expected), found \"\(text)\".")
      return nil
    }
    return text
  }

  private static func lines(_ key: String, _ expected: String, _ group: inout ConfigFields) -> [String]? {
    guard let texts = group.texts(key, "a list of \(expected)") else { return nil }
    for text in texts where text.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\t" && $0 != "\n" }) {
      group.fail(key, "Expected a list of \(expected), found one with a control character in it.")
      return nil
    }
    return texts
  }

  /// Options that would take a job out of our sight: its name, its files, several jobs at once.
  private static let ours = [
    "job-name", "chdir", "output", "error", "input", "open-mode", "array", "wrap", "parsable", "wait", "test-only",
    "clusters",
    "nodes", "ntasks", "ntasks-per-node", "signal",
  ]
  private static let oursInShort: [Character] = ["J", "D", "o", "e", "i", "a", "W", "M", "N", "n"]

  private static func options(_ group: inout ConfigFields) -> [String] {
    guard let options = lines("options", "options of sbatch, such as --qos=high", &group) else { return [] }
    for option in options {
      let name = option.drop { $0 == "-" }.prefix { $0 != "=" }
      let isLong = option.hasPrefix("--") && !name.isEmpty && !option.contains("\n")
      let isShort = option.hasPrefix("-") && !option.hasPrefix("--") && option.count >= 2 && !option.contains("\n")
      guard isLong || isShort else {
        group.fail("options", "Expected options of sbatch, such as --qos=high, found \"\(option.prefix(80))\".")
        return []
      }
      // sbatch takes a long option's name cut short, too.
      let isOurs = isLong ? ours.contains { $0.hasPrefix(name) } : name.first.map(oursInShort.contains) ?? false
      if isOurs {
        group.fail("options", "Assay sets the option \(option.prefix { $0 != "=" }) itself; leave it out.")
        return []
      }
    }
    return options
  }
}
