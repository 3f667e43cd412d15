//! The product of each content. It is made once for all submissions that have this content, in a folder that is removed after the last of
//! them.

use intake::Digest;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The product, once it is made.
pub(super) struct Products<T> {
    folder: PathBuf,
    by_content: Mutex<HashMap<Digest, Product<T>>>,
}

struct Product<T> {
    made: Arc<OnceLock<T>>,
    /// How many submissions use it now.
    users: usize,
    /// How many submissions are expected and have not come yet. The class may have changed since, so this may be wrong.
    expected: usize,
}

impl<T> Product<T> {
    fn new(expected: usize) -> Product<T> {
        Product { made: Arc::default(), users: 0, expected }
    }
}

impl<T: Clone> Products<T> {
    /// Starts without products. Each product will have a folder below this one.
    pub(super) fn new(folder: PathBuf, expected: &HashMap<Digest, usize>) -> Products<T> {
        let product = |(digest, count): (&Digest, &usize)| (*digest, Product::new(*count));
        Products { folder, by_content: Mutex::new(expected.iter().map(product).collect()) }
    }

    /// Uses the product of a content, which is made now unless it exists. The folder exists until no submission uses it and none is
    /// expected.
    pub(super) fn with<R>(
        &self,
        digest: Digest,
        make: impl FnOnce(&Path) -> T,
        user: impl FnOnce(T) -> R,
    ) -> R {
        let made = self.enter(digest);
        let result = user(made.get_or_init(|| make(&self.folder_of(digest))).clone());
        self.leave(digest);
        result
    }

    fn enter(&self, digest: Digest) -> Arc<OnceLock<T>> {
        let mut products = self.by_content.lock().unwrap_or_else(PoisonError::into_inner);
        let product = products.entry(digest).or_insert_with(|| Product::new(0));
        product.users += 1;
        product.expected = product.expected.saturating_sub(1);
        product.made.clone()
    }

    fn leave(&self, digest: Digest) {
        let mut products = self.by_content.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(product) = products.get_mut(&digest) else { return };
        product.users -= 1;
        if product.users == 0 && product.expected == 0 {
            products.remove(&digest);
            // An error here is not the submission's fault: `close` tries again.
            let _ = fs::remove_dir_all(self.folder_of(digest));
        }
    }

    fn folder_of(&self, digest: Digest) -> PathBuf {
        self.folder.join(digest.to_string())
    }

    /// Removes everything that is left.
    pub(super) fn close(self) -> io::Result<()> {
        if self.folder.exists() { fs::remove_dir_all(&self.folder) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(folder: &Path) -> PathBuf {
        fs::create_dir(folder).unwrap();
        folder.to_owned()
    }

    #[test]
    fn what_is_made_is_kept_for_whoever_is_expected() {
        let (folder, digest) = (tempfile::tempdir().unwrap(), Digest::of(&[].into()));
        let products = Products::new(folder.path().to_owned(), &[(digest, 2)].into());
        let made = products.with(digest, make, |made| made);
        assert!(made.exists());
        products.with(digest, |_| panic!("it is made twice"), |made: PathBuf| assert!(made.exists()));
        assert!(!made.exists());
    }

    #[test]
    fn nothing_is_cleared_away_below_a_user_by_one_that_nobody_expected() {
        let (folder, digest) = (tempfile::tempdir().unwrap(), Digest::of(&[].into()));
        let products = Products::new(folder.path().to_owned(), &[(digest, 1)].into());
        let made = products.with(digest, make, |made| {
            products.with(digest, |_| panic!("it is made twice"), drop);
            assert!(made.exists());
            made
        });
        assert!(!made.exists());
    }
}
