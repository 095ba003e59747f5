//! The CRM that wins a deal.

#[path = "../../host_transaction.rs"]
#[expect(dead_code, reason = "its `main` is not run here")]
mod host_transaction;

use host_transaction::Crm;

#[tokio::test]
async fn a_deal_a_room_and_a_post_are_there_together_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let crm = Crm::open(&folder.path().join("crm.db")).await.unwrap();
    let lost = crm.almost_win(42).await.unwrap();
    assert_eq!(crm.look(42, lost).await.unwrap(), ("open".to_owned(), false));
    let post = crm.win(42).await.unwrap();
    assert_eq!(crm.look(42, post).await.unwrap(), ("won".to_owned(), true));
}
