extension Theme {
  /// The themes that are in the program itself, so that it has them wherever it is copied: the files of `themes/`.
  package static let builtIn = builtInFiles.map {
    parse(String(decoding: $0.bytes, as: UTF8.self), name: $0.name).theme
  }

  /// The theme to use when no other is asked for.
  package static let dark = parse(String(decoding: PackageResources.dark_theme, as: UTF8.self), name: "dark").theme

  static let builtInFiles: [(name: String, bytes: [UInt8])] = [
    ("dark", PackageResources.dark_theme), ("ember", PackageResources.ember_theme),
    ("fjord", PackageResources.fjord_theme), ("high-contrast", PackageResources.high_contrast_theme),
    ("light", PackageResources.light_theme), ("monochrome", PackageResources.monochrome_theme),
  ]
}
