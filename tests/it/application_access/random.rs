//! Random groups, applications and removals: a person without access gets no token, and who has access gets one.

use std::collections::{BTreeMap, BTreeSet};

use gatepost::domain::application::{AccessPolicy, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::authorization::CodeGrant;
use gatepost::domain::user::User;
use gatepost::flows::applications::SettingsChange;
use gatepost::flows::consequences::Consequences;
use macro_rules_attribute::apply;

use super::{for_groups, is_active, make, name, put_in, take_out, userinfo};
use crate::harness::{Grant, TestServer, World, on_both_engines};

const PEOPLE: usize = 3;
const APPLICATIONS: usize = 3;
const GROUPS: [&str; 3] = ["red", "green", "blue"];
const STEPS: usize = 60;

/// Numbers that are the same in every run, so that a failure can be seen again.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// What the server should say, kept as simple as can be.
#[derive(Debug, Default)]
struct Model {
    groups: BTreeMap<usize, BTreeSet<usize>>,
    access: [Option<AccessPolicy>; APPLICATIONS],
    allowed: [BTreeSet<usize>; APPLICATIONS],
    owners: BTreeSet<(usize, usize)>,
}

impl Model {
    fn lets_in(&self, person: usize, application: usize) -> bool {
        match self.access[application] {
            None | Some(AccessPolicy::Everybody) => true,
            Some(AccessPolicy::Owners) => self.owners.contains(&(person, application)),
            Some(AccessPolicy::Groups) => self.allowed[application]
                .iter()
                .any(|group| self.groups.get(group).is_some_and(|members| members.contains(&person))),
        }
    }
}

struct Stage<'a> {
    server: &'a TestServer,
    people: Vec<User>,
    grants: Vec<Grant<'a>>,
    model: Model,
    /// Refresh tokens and access tokens that were got when the person had access.
    held: Vec<(usize, usize, String, String)>,
}

impl<'a> Stage<'a> {
    async fn of(server: &'a TestServer, seed: u64) -> Self {
        let (mut people, mut grants) = (Vec::new(), Vec::new());
        for number in 0..PEOPLE {
            people.push(server.person(&format!("person{number}.{seed}@example.com")).await);
        }
        for _ in 0..APPLICATIONS {
            let settings = ApplicationSettings { access: AccessPolicy::Everybody, ..for_groups(&[]) };
            let grant = server.grant_to(settings).await.scope("openid offline_access").stored().await;
            grants.push(grant);
        }
        Self { server, people, grants, model: Model::default(), held: Vec::new() }
    }

    /// One change by an operator, here and in the model.
    async fn change(&mut self, dice: &mut Dice) {
        let (person, group, application) = (dice.throw(PEOPLE), dice.throw(GROUPS.len()), dice.throw(APPLICATIONS));
        let rooms = &self.server.rooms;
        let there = self.model.groups.contains_key(&group);
        match dice.throw(8) {
            0 | 1 if there => {
                put_in(rooms, GROUPS[group], &self.people[person]).await;
                self.model.groups.get_mut(&group).unwrap().insert(person);
            }
            2 if there => {
                take_out(rooms, GROUPS[group], &self.people[person]).await;
                self.model.groups.get_mut(&group).unwrap().remove(&person);
            }
            3 if there => {
                let accepted = Consequences::Accepted;
                rooms.groups.group_delete(&name(GROUPS[group]), accepted, &Actor::CommandLine).await.unwrap();
                self.model.groups.remove(&group);
                for allowed in &mut self.model.allowed {
                    allowed.remove(&group);
                }
            }
            0..=3 => {
                make(rooms, GROUPS[group]).await;
                self.model.groups.insert(group, BTreeSet::new());
            }
            4 => {
                let policy = AccessPolicy::ALL[dice.throw(3)];
                self.set(application, |settings| settings.access = policy).await;
                self.model.access[application] = Some(policy);
            }
            5 | 6 => {
                let allowed: BTreeSet<usize> = (0..GROUPS.len())
                    .filter(|group| dice.throw(2) == 0 && self.model.groups.contains_key(group))
                    .collect();
                let names = allowed.iter().map(|group| name(GROUPS[*group])).collect();
                self.set(application, |settings| settings.allowed_groups = names).await;
                self.model.allowed[application] = allowed;
            }
            _ => self.change_owner(person, application).await,
        }
    }

    async fn set(&self, application: usize, change: impl FnOnce(&mut ApplicationSettings)) {
        let id = self.grants[application].application.id();
        let known = self.server.rooms.store.application(&id).await.unwrap().unwrap();
        let mut settings = known.settings;
        change(&mut settings);
        let change = SettingsChange { settings, version: known.version, consequences: Consequences::Accepted };
        let applications = &self.server.rooms.applications;
        applications.application_change_settings(&id, change, &Actor::CommandLine).await.unwrap();
    }

    async fn change_owner(&mut self, person: usize, application: usize) {
        let id = self.grants[application].application.id();
        let known = self.server.rooms.store.application(&id).await.unwrap().unwrap();
        let user = self.people[person].id;
        let mut tx = self.server.rooms.store.begin().await.unwrap();
        if self.model.owners.remove(&(person, application)) {
            tx.owner_remove(known.id, user).await.unwrap();
        } else {
            tx.owner_add(known.id, user, self.server.rooms.instruments.now()).await.unwrap();
            self.model.owners.insert((person, application));
        }
        tx.commit().await.unwrap();
    }

    /// A new code of this person for this application is exchanged if the model lets them in, and else is not.
    async fn try_exchange(&mut self, person: usize, application: usize) {
        let grant = &self.grants[application];
        let of_person = Grant {
            server: self.server,
            application: grant.application.clone(),
            user: self.people[person].clone(),
            authorization: grant.authorization.clone(),
            code: CodeGrant { user: self.people[person].id, ..grant.code.clone() },
        };
        let answer = of_person.redeem(&of_person.code().await).await;
        let lets_in = self.model.lets_in(person, application);
        assert_eq!(answer.status == 200, lets_in, "{person} {application} {:?}: {}", self.model, answer.text());
        if lets_in {
            let tokens = answer.success();
            let text = |member: &str| tokens[member].as_str().unwrap().to_owned();
            self.held.push((person, application, text("refresh_token"), text("access_token")));
        }
    }

    /// Tokens from before are worth what the model says now.
    async fn try_held(&mut self, dice: &mut Dice) {
        if self.held.is_empty() {
            return;
        }
        let at = dice.throw(self.held.len());
        let (person, application, refresh, access) = self.held[at].clone();
        let lets_in = self.model.lets_in(person, application);
        let grant = &self.grants[application];
        let what = format!("{person} {application} {:?}", self.model);
        assert_eq!(userinfo(self.server, &access).await == 200, lets_in, "{what}");
        assert_eq!(is_active(grant, &access).await, lets_in, "{what}");
        assert_eq!(is_active(grant, &refresh).await, lets_in, "{what}");
        let answer = grant.refresh(&refresh).await;
        assert_eq!(answer.status == 200, lets_in, "{what}: {}", answer.text());
        if lets_in {
            let tokens = answer.success();
            tokens["refresh_token"].as_str().unwrap().clone_into(&mut self.held[at].2);
        }
    }
}

/// Access: whatever is done to groups, applications and owners.
#[apply(on_both_engines)]
async fn nobody_without_access_gets_a_token(world: World) {
    let server = world.server_with("[rate_limits]\nenabled = false").await;
    for seed in 1..=3 {
        for group in GROUPS {
            let there = server.rooms.store.group(&name(group)).await.unwrap().is_some();
            if there {
                let accepted = Consequences::Accepted;
                server.rooms.groups.group_delete(&name(group), accepted, &Actor::CommandLine).await.unwrap();
            }
        }
        let mut dice = Dice(seed);
        let mut stage = Stage::of(&server, seed).await;
        for _ in 0..STEPS {
            stage.change(&mut dice).await;
            let (person, application) = (dice.throw(PEOPLE), dice.throw(APPLICATIONS));
            stage.try_exchange(person, application).await;
            stage.try_held(&mut dice).await;
        }
    }
}
