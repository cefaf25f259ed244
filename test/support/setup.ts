import fc from 'fast-check';

// Every run draws the same cases, so that a red test is red again; FC_SEED looks at others.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20261124) });
