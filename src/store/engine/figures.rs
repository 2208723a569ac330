//! What an operator sees of the connections to the database.

use super::{Engine, Store};

/// Figures of the connections to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How many are open.
    pub open: u32,
    /// How many of them wait for work.
    pub idle: u32,
    /// Whether the database is known to be away.
    pub is_away: bool,
    /// How often it went away since the start.
    pub outages: u64,
    /// How many statements were sent to it since the start.
    pub statements: u64,
}

impl Store {
    /// Whether the database is away, once that is known for sure. A file of this machine never is.
    pub async fn is_away(&self) -> bool {
        match &self.engine {
            Engine::Sqlite { .. } => false,
            Engine::Postgres(postgres) => postgres.circuit.is_away().await,
        }
    }

    /// Figures of the connections to the database.
    pub fn figures(&self) -> Figures {
        let of_pool = |open: u32, idle: usize| Figures {
            open,
            idle: u32::try_from(idle).unwrap_or(u32::MAX).min(open),
            is_away: false,
            outages: 0,
            statements: self.statements(),
        };
        match &self.engine {
            Engine::Sqlite { readers, writer, .. } => {
                of_pool(readers.size() + writer.size(), readers.num_idle() + writer.num_idle())
            }
            Engine::Postgres(postgres) => {
                let pool = postgres.pool();
                let (is_away, outages) = (postgres.circuit.is_open(), postgres.circuit.outages());
                Figures { is_away, outages, ..of_pool(pool.size(), pool.num_idle()) }
            }
        }
    }
}
