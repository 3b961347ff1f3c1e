//! The examples that `--help` ends with. A test parses every one of them.

pub(super) const ALL: &str = "\
Examples:
  rowcall check contacts.csv --region AE
  rowcall prepare contacts.csv --to superwaba --region AE -o out
  rowcall verify out

Every option can be set in the environment, too: --to as ROWCALL_TO, --batch-size as
ROWCALL_BATCH_SIZE. What is typed goes before the environment, and that before a profile.

Exit codes: 0 done; 2 usage; 3 some rows are not acceptable; 4 input; 5 output; 6 a limit;
7 a folder is not what it says. The README has them all.";

pub(super) const PREPARE: &str = "\
Examples:
  rowcall prepare contacts.csv --to superwaba --region AE -o out
  rowcall prepare january.csv february.csv --to vobiz --region IN -o out --batch-size all
  rowcall prepare contacts.csv out/rejects.csv --to superwaba --region AE -o out2
  rowcall prepare - --to ./mine.toml -o out --max-rejects 2.5% --format json --quiet";

pub(super) const CHECK: &str = "\
Examples:
  rowcall check contacts.csv --region AE
  rowcall check contacts.csv --region AE --to superwaba -o report
  rowcall check contacts.csv --limit 1000 --show-values";

pub(super) const INSPECT: &str = "\
Examples:
  rowcall inspect contacts.csv --region AE
  rowcall inspect contacts.csv --region AE --save-profile shop.toml
  rowcall inspect contacts.csv --records";

pub(super) const EXPLAIN: &str = "\
Examples:
  rowcall explain '050 123 4567' --region AE
  rowcall explain 6062642190 --region US --format json";

pub(super) const PLATFORMS: &str = "\
Examples:
  rowcall platforms
  rowcall platforms vobiz
  rowcall platforms vobiz --toml";

pub(super) const TEMPLATE: &str = "\
Examples:
  rowcall template --to superwaba -o sample.csv
  rowcall template --to superwaba --messy";

pub(super) const VERIFY: &str = "\
Examples:
  rowcall verify out
  rowcall verify out --format json";

pub(super) const RECONCILE: &str = "\
Examples:
  rowcall reconcile out -o reconciled
  rowcall reconcile out answer.json
  rowcall reconcile out payload/000002.json=answer.json --format json";

pub(super) const CODES: &str = "\
Examples:
  rowcall codes
  rowcall codes phone
  rowcall codes phone.digits_lost
  rowcall codes --format json";

pub(super) const MAN: &str = "\
Examples:
  rowcall man
  rowcall man prepare
  rowcall man -o man1";

pub(super) const COMPLETIONS: &str = "\
Examples:
  rowcall completions bash
  rowcall completions zsh";

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use crate::args::Cli;

    #[test]
    fn every_command_has_examples_and_each_is_one_that_can_be_typed() {
        let mut cli = Cli::command();
        cli.build();
        let helps = std::iter::once(&cli).chain(cli.get_subcommands());
        for command in helps.filter(|command| command.get_name() != "help") {
            let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            let examples: Vec<&str> =
                help.lines().filter_map(|line| line.strip_prefix("  rowcall ")).collect();
            assert!(!examples.is_empty(), "{} has no example", command.get_name());
            for example in examples {
                let words = example.replace("'050 123 4567'", "050");
                let typed = std::iter::once("rowcall").chain(words.split(' '));
                Cli::try_parse_from(typed).unwrap_or_else(|error| panic!("{example}: {error}"));
            }
        }
    }
}
