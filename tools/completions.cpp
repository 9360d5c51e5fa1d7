#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tools/commands.h"

namespace strata::tool {

namespace {

struct Entry {
  std::string name, help;
  std::vector<std::pair<std::string, std::string>> flags;  // "--flag", what it does
};

std::vector<std::pair<std::string, std::string>> ListFlags(const CLI::App& app) {
  std::vector<std::pair<std::string, std::string>> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames())
      flags.emplace_back("--" + name, option->get_description());
    for (const std::string& name : option->get_snames())
      flags.emplace_back("-" + name, option->get_description());
  }
  return flags;
}

std::vector<Entry> ListCommands(const CLI::App& app) {
  std::vector<Entry> entries;
  const auto global = ListFlags(app);
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    Entry entry{command->get_name(), command->get_description(), ListFlags(*command)};
    for (const auto& flag : global)
      if (flag.first != "--help" && flag.first != "-h" && flag.first != "--version")
        entry.flags.push_back(flag);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string JoinNames(const std::vector<Entry>& entries) {
  std::string names;
  for (const Entry& entry : entries) names += (names.empty() ? "" : " ") + entry.name;
  return names;
}

// Single quotes for a shell.
std::string Quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string MakeBash(const std::vector<Entry>& entries) {
  std::string text =
      "_strata() {\n  local word=${COMP_WORDS[COMP_CWORD]} flags=\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n";
  text += fmt::format(
      "    COMPREPLY=($(compgen -W {} -- \"$word\"))\n    return\n  fi\n  case ${{COMP_WORDS[1]}} in\n",
      Quote(JoinNames(entries)));
  for (const Entry& entry : entries) {
    std::string flags;
    for (const auto& [flag, help] : entry.flags) flags += (flags.empty() ? "" : " ") + flag;
    text += fmt::format("    {}) flags={} ;;\n", entry.name, Quote(flags));
  }
  text += "  esac\n  case $word in\n    -*) COMPREPLY=($(compgen -W \"$flags\" -- \"$word\")) ;;\n";
  text +=
      "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n  esac\n}\ncomplete -o filenames -F _strata "
      "strata\n";
  return text;
}

std::string MakeZsh(const std::vector<Entry>& entries) {
  const auto bracket = [](std::string help) {
    std::string out;
    for (const char c : help)
      out += c == '[' || c == ']' || c == ':' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out;
  };
  std::string text = "#compdef strata\n_strata() {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  for (const Entry& entry : entries) text += fmt::format("      {}\n", Quote(entry.name + ":" + entry.help));
  text += "    )\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n";
  for (const Entry& entry : entries) {
    text += fmt::format("    {}) _arguments", entry.name);
    for (const auto& [flag, help] : entry.flags)
      text += " " + Quote(fmt::format("{}[{}]", flag, bracket(help)));
    text += " '*:file:_files' ;;\n";
  }
  return text + "  esac\n}\ncompdef _strata strata\n";
}

std::string MakeFish(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) {
    text += fmt::format("complete -c strata -n __fish_use_subcommand -a {} -d {}\n", entry.name,
                        Quote(entry.help));
    for (const auto& [flag, help] : entry.flags)
      text += fmt::format("complete -c strata -n '__fish_seen_subcommand_from {}' {} {} -d {}\n", entry.name,
                          flag.compare(0, 2, "--") == 0 ? "-l" : "-s",
                          flag.substr(flag.find_first_not_of('-')), Quote(help));
  }
  return text;
}

}  // namespace

void AddCompletions(CLI::App& app, Action& chosen) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completions", "Print a completion script for a shell");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""));
  command->footer(
      "Examples:\n"
      "  strata completions bash > /etc/bash_completion.d/strata\n"
      "  strata completions zsh > ~/.zfunc/_strata\n"
      "  strata completions fish > ~/.config/fish/completions/strata.fish");
  command->callback([shell, &app, &chosen] {
    chosen = [shell, &app](Session& session) {
      const std::vector<Entry> entries = ListCommands(app);
      const std::string script = *shell == "bash"  ? MakeBash(entries)
                                 : *shell == "zsh" ? MakeZsh(entries)
                                                   : MakeFish(entries);
      if (session.GetOptions().output != OutputFormat::kJson) return session.Finish("completions", script);
      JsonWriter writer;
      writer.String(script);
      return session.Finish("completions", writer.GetText());
    };
  });
}

}  // namespace strata::tool
