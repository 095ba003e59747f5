//! The ways into a space, requests and invitations, and the archive: what each command must answer and what it changes.

use super::acts::Act;
use super::world::{Invited, Member, World};
use parvis::Reason;
use parvis::spaces::{Role, Visibility};

const DAY: i64 = 86_400_000;

impl World {
    /// Nobody comes into an archived space, or writes in it.
    pub(super) fn enterable(&self, space: usize) -> Result<(), Reason> {
        (!self.spaces[space].archived).then_some(()).ok_or(Reason::Archived)
    }

    /// An invitation that still holds: not ended, by somebody who still owns the space and may act.
    pub(super) fn invited(&self, space: usize, person: usize) -> Option<Invited> {
        let invited = self.invitations.get(&(space, person)).copied()?;
        let owns = self.role(space, invited.by) == Some(Role::Owner) && self.internal(invited.by);
        (self.now() < invited.until && owns && self.active(invited.by)).then_some(invited)
    }

    pub(super) fn predict_way_in(&self, by: usize, act: &Act) -> Result<(), Reason> {
        match *act {
            Act::Ask(space) => {
                let space = self.found_space(by, space)?;
                if self.role(space, by).is_some() || self.requests.contains(&(space, by)) {
                    return Ok(());
                }
                self.internal(by).then_some(()).ok_or(Reason::Guest)?;
                self.enterable(space)?;
                match self.spaces[space].visibility {
                    Visibility::Closed => Ok(()),
                    Visibility::Open => Err(Reason::BadValue),
                    _ => Err(Reason::ByInvitation),
                }
            }
            Act::Withdraw(space) => self.found_space(by, space).map(|_| ()),
            Act::AnswerRequest { space, person, accept } => {
                let space = self.found_space(by, space)?;
                self.is_staff(space, by).then_some(()).ok_or(Reason::NotStaff)?;
                let person = person.ok_or(Reason::Named)?;
                let asked = self.requests.contains(&(space, person));
                asked.then_some(()).ok_or(Reason::Named)?;
                if !accept {
                    return Ok(());
                }
                self.active(person).then_some(()).ok_or(Reason::Named)?;
                self.enterable(space)?;
                self.internal(person).then_some(()).ok_or(Reason::Guest)
            }
            Act::Invite { space, person, role } => {
                let space = self.owned_space(by, space)?;
                let person = person.filter(|&person| self.active(person)).ok_or(Reason::Named)?;
                self.enterable(space)?;
                if role != Role::Member && !self.internal(person) {
                    return Err(Reason::Guest);
                }
                if self.blocked_by(by, person) {
                    return Err(Reason::Blocked);
                }
                Ok(())
            }
            Act::Uninvite { space, .. } => self.owned_space(by, space).map(|_| ()),
            Act::AnswerInvitation { space, accept } => {
                let space = space.ok_or(Reason::Named)?;
                let asked = self.invitations.contains_key(&(space, by));
                asked.then_some(()).ok_or(Reason::Named)?;
                if !accept {
                    return Ok(());
                }
                self.invited(space, by).ok_or(Reason::Named)?;
                self.enterable(space)
            }
            Act::Archive { space, .. } => self.owned_space(by, space).map(|_| ()),
            _ => Ok(()),
        }
    }

    pub(super) fn apply_way_in(&mut self, by: usize, act: &Act) {
        match *act {
            Act::Ask(Some(space)) if self.role(space, by).is_none() => {
                let asked = self.requests.insert((space, by));
                if asked {
                    self.tell_request(by, space);
                }
            }
            Act::Withdraw(Some(space)) => {
                let withdrawn = self.requests.remove(&(space, by));
                if withdrawn {
                    self.untell_request(by, space);
                }
            }
            Act::AnswerRequest {
                space: Some(space),
                person: Some(person),
                accept,
            } => {
                self.requests.remove(&(space, person));
                self.untell_request(person, space);
                if accept {
                    self.let_in(space, person, Role::Member);
                }
            }
            Act::Invite {
                space: Some(space),
                person: Some(person),
                role,
            } if self.role(space, person).is_none() => {
                let until = self.now() + 30 * DAY;
                self.invitations.insert((space, person), Invited { by, role, until });
            }
            Act::Uninvite {
                space: Some(space),
                person: Some(person),
            } => drop(self.invitations.remove(&(space, person))),
            Act::AnswerInvitation {
                space: Some(space),
                accept,
            } => {
                if let Some(invited) = self.invitations.remove(&(space, by)).filter(|_| accept) {
                    let role = if self.internal(by) { invited.role } else { Role::Member };
                    self.let_in(space, by, role);
                }
            }
            Act::Archive {
                space: Some(space),
                archived,
            } => self.spaces[space].archived = archived,
            _ => {}
        }
    }

    fn let_in(&mut self, space: usize, person: usize, role: Role) {
        if self.role(space, person).is_none() {
            self.joined(space, person);
            self.members.insert((space, person), Member { role, expires: None });
        }
    }
}
