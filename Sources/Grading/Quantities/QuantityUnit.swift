/// A unit that numbers are given in.
struct QuantityUnit: Sendable, Hashable {
  /// What is measured. Units of one dimension can be converted; each currency is a dimension of its own.
  var dimension: String
  /// How many of the dimension's base units it is.
  var factor: Double
  /// What is added after that: temperatures don't begin at the same point.
  var offset = 0.0

  /// Whether it says a share of one.
  var isShare: Bool { dimension == "share" }

  /// The longest name, in scalars.
  static let longestName = 22

  /// The unit with a name: symbols as they are written, words in lower or upper case.
  static func named(_ name: String) -> QuantityUnit? { symbols[name] ?? words[name.lowercased()] }

  private static let symbols: [String: QuantityUnit] = {
    var table: [String: QuantityUnit] = [:]
    for (dimension, units) in measures {
      for (name, factor) in units { table[name] = .init(dimension: dimension, factor: factor) }
    }
    for (name, code) in currencySigns { table[name] = .init(dimension: code, factor: 1) }
    for code in currencies { table[code] = .init(dimension: code, factor: 1) }
    table["K"] = .init(dimension: "temperature", factor: 1)
    table["°C"] = .init(dimension: "temperature", factor: 1, offset: 273.15)
    table["°F"] = .init(dimension: "temperature", factor: 5 / 9, offset: 459.67 * 5 / 9)
    return table
  }()

  private static let measures: KeyValuePairs<String, KeyValuePairs<String, Double>> = [
    "share": ["%": 0.01, "‰": 0.001],
    "length": [
      "km": 1000, "m": 1, "dm": 0.1, "cm": 0.01, "mm": 0.001, "µm": 1e-6, "μm": 1e-6, "nm": 1e-9, "mi": 1609.344,
      "yd": 0.9144, "ft": 0.3048, "in": 0.0254,
    ],
    "area": [
      "km²": 1e6, "km2": 1e6, "m²": 1, "m2": 1, "cm²": 1e-4, "cm2": 1e-4, "mm²": 1e-6, "ha": 1e4, "sq ft": 0.09290304,
    ],
    "volume": [
      "m³": 1000, "m3": 1000, "l": 1, "L": 1, "dl": 0.1, "cl": 0.01, "ml": 0.001, "mL": 0.001, "cm³": 0.001,
    ],
    "mass": [
      "t": 1000, "kg": 1, "g": 0.001, "mg": 1e-6, "µg": 1e-9, "μg": 1e-9, "lb": 0.45359237, "lbs": 0.45359237,
      "oz": 0.028349523125,
    ],
    "time": ["d": 86400, "h": 3600, "min": 60, "s": 1, "ms": 0.001, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9],
    "data": [
      "bit": 0.125, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1024, "MiB": 1_048_576,
      "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
    ],
    "speed": ["m/s": 1, "km/h": 1 / 3.6, "kph": 1 / 3.6, "mph": 0.44704],
    "energy": ["J": 1, "kJ": 1000, "MJ": 1e6, "Wh": 3600, "kWh": 3.6e6, "MWh": 3.6e9, "cal": 4.184, "kcal": 4184],
    "power": ["W": 1, "kW": 1000, "MW": 1e6, "GW": 1e9],
    "frequency": ["Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9],
    "pressure": ["Pa": 1, "hPa": 100, "kPa": 1000, "bar": 1e5],
    "voltage": ["V": 1, "mV": 0.001, "kV": 1000],
    "current": ["A": 1, "mA": 0.001],
  ]

  private static let currencySigns: KeyValuePairs<String, String> = [
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB",
  ]
  private static let currencies = [
    "USD", "EUR", "GBP", "JPY", "CNY", "CHF", "INR", "KRW", "RUB", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK",
    "BRL", "MXN",
  ]

  private static let words: [String: QuantityUnit] = {
    var table: [String: QuantityUnit] = [:]
    let names: KeyValuePairs<String, [String]> = [
      "%": ["percent", "per cent", "prozent", "pourcent"],
      "km": ["kilometer", "kilometers", "kilometre", "kilometres"], "m": ["meter", "meters", "metre", "metres"],
      "cm": ["centimeter", "centimeters", "centimetre", "centimetres"],
      "mm": ["millimeter", "millimeters", "millimetre", "millimetres"], "mi": ["mile", "miles"],
      "yd": ["yard", "yards"], "ft": ["foot", "feet"], "in": ["inch", "inches"],
      "l": ["liter", "liters", "litre", "litres"], "ml": ["milliliter", "milliliters", "millilitre", "millilitres"],
      "t": ["ton", "tons", "tonne", "tonnes"], "kg": ["kilogram", "kilograms", "kilo", "kilos"],
      "g": ["gram", "grams", "gramm"], "mg": ["milligram", "milligrams"], "lb": ["pound", "pounds"],
      "oz": ["ounce", "ounces"], "d": ["day", "days", "tag", "tage"],
      "h": ["hour", "hours", "hr", "hrs", "stunde", "stunden"],
      "min": ["minute", "minutes", "mins", "minuten"],
      "s": ["second", "seconds", "sec", "secs", "sekunde", "sekunden"],
      "ms": ["millisecond", "milliseconds"], "bit": ["bits"], "B": ["byte", "bytes"],
      "kB": ["kilobyte", "kilobytes"], "MB": ["megabyte", "megabytes"], "GB": ["gigabyte", "gigabytes"],
      "TB": ["terabyte", "terabytes"], "J": ["joule", "joules"], "kWh": ["kilowatt-hour", "kilowatt-hours"],
      "W": ["watt", "watts"], "kW": ["kilowatt", "kilowatts"], "Hz": ["hertz"], "V": ["volt", "volts"],
      "A": ["ampere", "amperes"], "K": ["kelvin"], "°C": ["degrees celsius", "celsius"],
      "°F": ["degrees fahrenheit", "fahrenheit"], "USD": ["dollar", "dollars", "us dollars"],
      "EUR": ["euro", "euros"], "JPY": ["yen"], "INR": ["rupee", "rupees"], "CHF": ["swiss francs"],
    ]
    for (symbol, names) in names { for name in names { table[name] = symbols[symbol] } }
    table["week"] = .init(dimension: "time", factor: 604_800)
    table["weeks"] = table["week"]
    table["milligrams"] = symbols["mg"]
    table["basis points"] = .init(dimension: "share", factor: 0.0001)
    table["bps"] = table["basis points"]
    return table
  }()
}
