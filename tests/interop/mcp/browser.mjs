#!/usr/bin/env node
// The browser that mcp-remote opens: whatever it is sent to, a new person signs in there and follows the answer back.
import { Page } from '../person.mjs';
import { Witness } from './clients.mjs';

const start = new URL(process.argv[2]);
const end = await new Witness().signIn(start, { until: start.searchParams.get('redirect_uri') });
if (end instanceof Page) throw new Error(`ended at ${end.url} (${end.status}):\n${end.html}`);
await fetch(end);
