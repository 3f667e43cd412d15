//! Checks that the results to merge make up a whole class. A missing submission in a list of marks is easily overlooked.

use super::Ledger;
use crate::arguments::Shard;
use crate::run::Trouble;

/// Makes sure that each of the results is finished, and that no shard is missing.
pub(super) fn are_whole(parts: &[Ledger]) -> Result<(), Trouble> {
    if let Some(part) = parts.iter().find(|part| !part.key.finished) {
        return Err(Trouble::Usage(format!(
            "{} was not graded to its end; go on there with --resume",
            part.folder.display()
        )));
    }
    let shards: Vec<Shard> =
        parts.iter().filter_map(|part| part.key.shard.as_deref()?.parse().ok()).collect();
    match missing(&shards) {
        Some(shard) => {
            Err(Trouble::Usage(format!("part {shard} is missing; name the folder with its results as well")))
        }
        None => Ok(()),
    }
}

/// The first missing part, if there is one. Parts of a different division count as missing too.
fn missing(shards: &[Shard]) -> Option<Shard> {
    let all = shards.iter().flat_map(|shard| shard.all());
    all.into_iter().find(|shard| !shards.contains(shard))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_missing_is_named() {
        let told = |shards: &[&str]| {
            let shards: Vec<Shard> = shards.iter().map(|shard| shard.parse().unwrap()).collect();
            missing(&shards).map(|shard| shard.to_string())
        };
        assert_eq!(told(&[]), None);
        assert_eq!(told(&["1/1"]), None);
        assert_eq!(told(&["3/3", "1/3", "2/3"]), None);
        assert_eq!(told(&["3/3", "1/3"]).as_deref(), Some("2/3"));
        assert_eq!(told(&["1/2", "2/2", "3/3"]).as_deref(), Some("1/3"));
    }
}
