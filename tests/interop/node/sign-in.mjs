// The applications that people sign in to, and the people.
import { randomUUID } from 'node:crypto';
import { Page, Person } from '../person.mjs';
import { application } from './gatepost.mjs';

/** Nothing listens there: the person's browser stops before it. */
export const callback = 'https://www.example.com/oauth/callback';
export const afterLogout = 'https://www.example.com/bye';

export const webApplication = () => application('shop');

/** A person the server has never seen; signing in is signing up. */
export const newPerson = () => new Person(`${randomUUID()}@example.com`);

/** Signs the person in and returns the address that the application is called back at. */
export async function answerTo(person, start, options = {}) {
  const end = await person.signIn(start, { until: callback, ...options });
  if (end instanceof Page) throw new Error(`ended at ${end.url} (${end.status}):\n${end.html}`);
  return end;
}
