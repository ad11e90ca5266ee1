// Drives FHIR clients of others against a server, as an EHR vendor would:
//
//   node clients.mjs fhirclient|fhir-kit-client BASE
//
// Each step is a line on standard output; the first that goes wrong ends it.
import assert from "node:assert/strict";

const [, , name, base] = process.argv;
const system = `http://example.org/${name}`;

const patient = (family, more) => ({
  resourceType: "Patient",
  identifier: [{ system, value: family }],
  name: [{ family, given: ["Ada", "Núñez"] }],
  birthDate: "2020-02-29",
  ...more,
});

const immunization = (reference, lot) => ({
  resourceType: "Immunization",
  status: "completed",
  vaccineCode: { coding: [{ system: "http://hl7.org/fhir/sid/cvx", code: "03" }] },
  patient: { reference },
  occurrenceDateTime: "2021-03-01",
  lotNumber: lot,
});

const bundle = (type, ...entry) => ({ resourceType: "Bundle", type, entry });

const urn = "urn:uuid:00000000-0000-4000-8000-000000000001";

// A Patient and a dose that refers to it before either has an id.
const family = (code) =>
  bundle(
    "transaction",
    { fullUrl: urn, resource: patient(code), request: { method: "POST", url: "Patient", ifNoneExist: `identifier=${system}|${code}` } },
    { resource: immunization(urn, `lot-${code}`), request: { method: "POST", url: "Immunization" } },
  );

const steps = { "fhirclient": clientJS, "fhir-kit-client": kit };
let done = 0;
async function step(what, run) {
  try {
    const result = await run();
    done++;
    console.log(`ok ${what}`);
    return result;
  } catch (error) {
    console.log(`failed ${what}: ${error.stack}`);
    process.exit(1);
  }
}
await steps[name]();
console.log(`done ${done}`);

async function clientJS() {
  const { default: FHIR } = await import("fhirclient");
  // What a page of a SMART app gets without a launch, and the plain client below it.
  const client = FHIR({ headers: {} }, {}, {}).client(base);
  const plain = new FHIR.FhirClient(base);

  await step("capabilities", async () => {
    assert.equal(await client.getFhirVersion(), "4.0.1");
    assert.equal(await client.getFhirRelease(), 4);
  });
  const one = await step("create", async () => {
    const created = await client.create(patient("One"));
    assert.ok(created.id && created.meta.versionId === "1", JSON.stringify(created));
    return created;
  });
  await step("conditional create", async () => {
    const headers = { "if-none-exist": `identifier=${system}|One` };
    assert.equal((await client.create(patient("One"), { headers })).id, one.id);
  });
  await step("read", async () => {
    const { body, response } = await plain.fhirRequest(`Patient/${one.id}`, { includeResponse: true });
    assert.deepEqual(body, one);
    assert.equal(response.headers.get("etag"), 'W/"1"');
    assert.deepEqual(await client.request(`${base}/Patient/${one.id}`), one);
  });
  await step("update", async () => {
    const updated = await client.update({ ...one, gender: "female" });
    assert.equal(updated.meta.versionId, "2");
  });
  await step("update of an old version", async () => {
    await assert.rejects(client.update({ ...one, gender: "male" }, { headers: { "if-match": 'W/"1"' } }), (error) => error.status === 412);
  });
  await step("JSON Patch", async () => {
    const patched = await client.patch(`Patient/${one.id}`, [{ op: "replace", path: "/gender", value: "other" }]);
    assert.equal(patched.gender, "other");
  });
  await step("transaction", async () => {
    const result = await client.request({ url: base, method: "POST", body: JSON.stringify(family("Two")), headers: { "content-type": "application/json" } });
    assert.deepEqual(result.entry.map((e) => e.response.status), ["201 Created", "201 Created"]);
  });
  await step("references", async () => {
    const dose = await client.request("Immunization?lot-number=lot-Two", { resolveReferences: [], flat: true });
    const graph = await client.request(`Immunization/${dose[0].id}`, { resolveReferences: "patient", graph: true });
    assert.equal(graph.patient.name[0].family, "Two");
  });
  await step("batch", async () => {
    const entry = ["Patient/none", `Patient/${one.id}`].map((url) => ({ request: { method: "GET", url } }));
    const result = await client.request({ url: base, method: "POST", body: JSON.stringify(bundle("batch", ...entry)), headers: { "content-type": "application/fhir+json" } });
    assert.deepEqual(result.entry.map((e) => e.response.status), ["404 Not Found", "200 OK"]);
  });
  await step("search with pages", async () => {
    for (let i = 0; i < 7; i++) await client.create(patient(`Page${i}`));
    const all = await client.request(`Patient?family=Page&_count=3&_sort=family`, { pageLimit: 0, flat: true });
    assert.deepEqual(all.map((p) => p.name[0].family), [0, 1, 2, 3, 4, 5, 6].map((i) => `Page${i}`));
    const streamed = [];
    for await (const p of plain.resources(`Patient?family=Page&_count=2`)) streamed.push(p.id);
    assert.equal(new Set(streamed).size, 7);
  });
  await step("search that is refused", async () => {
    await assert.rejects(client.request("Patient?shoe-size=44"), (error) => error.status === 400 && /shoe-size/.test(error.message));
  });
  await step("history", async () => {
    const versions = await client.request(`Patient/${one.id}/_history`);
    assert.deepEqual(versions.entry.map((e) => e.response.etag), ['W/"3"', 'W/"2"', 'W/"1"']);
  });
  await step("delete", async () => {
    await client.delete(`Patient/${one.id}`);
    await assert.rejects(client.request(`Patient/${one.id}`), (error) => error.status === 410);
  });
}

async function kit() {
  const { Client, CapabilityTool } = await import("fhir-kit-client");
  const client = new Client({ baseUrl: base });
  const refused = (status) => (error) => error.response.status === status && error.response.data.resourceType === "OperationOutcome";

  await step("capabilities", async () => {
    const statement = await client.capabilityStatement();
    const tool = new CapabilityTool(statement);
    assert.ok(tool.resourceCan("Patient", "read") && tool.resourceSearch("Patient", "birthdate") && tool.serverCan("transaction"));
  });
  const one = await step("create", async () => {
    const created = await client.create({ resourceType: "Patient", body: patient("One") });
    assert.equal(created.meta.versionId, "1");
    assert.equal(Client.httpFor(created).response.status, 201);
    return created;
  });
  await step("conditional create", async () => {
    const options = { headers: { "If-None-Exist": `identifier=${system}|One` } };
    assert.equal((await client.create({ resourceType: "Patient", body: patient("One"), options })).id, one.id);
  });
  await step("read", async () => {
    assert.deepEqual(await client.read({ resourceType: "Patient", id: one.id }), one);
    await assert.rejects(client.read({ resourceType: "Patient", id: "none" }), refused(404));
  });
  await step("update", async () => {
    const updated = await client.update({ resourceType: "Patient", id: one.id, body: { ...one, gender: "female" } });
    assert.equal(updated.meta.versionId, "2");
  });
  await step("vread", async () => {
    assert.deepEqual(await client.vread({ resourceType: "Patient", id: one.id, version: "1" }), one);
  });
  await step("conditional update", async () => {
    const body = { ...one, gender: "male" };
    const updated = await client.update({ resourceType: "Patient", searchParams: { identifier: `${system}|One` }, body });
    assert.equal(updated.meta.versionId, "3");
  });
  await step("update of an old version", async () => {
    const options = { headers: { "If-Match": 'W/"1"' } };
    await assert.rejects(client.update({ resourceType: "Patient", id: one.id, body: one, options }), refused(412));
  });
  await step("JSON Patch", async () => {
    const jsonPatch = [{ op: "replace", path: "/gender", value: "other" }];
    assert.equal((await client.patch({ resourceType: "Patient", id: one.id, jsonPatch })).gender, "other");
  });
  await step("transaction", async () => {
    const result = await client.transaction({ body: family("Two") });
    assert.deepEqual(result.entry.map((e) => e.response.status), ["201 Created", "201 Created"]);
  });
  await step("references", async () => {
    const found = await client.search({ resourceType: "Immunization", searchParams: { "lot-number": "lot-Two", _include: "Immunization:patient" } });
    const dose = found.entry[0].resource;
    assert.equal((await client.resolve({ reference: dose.patient.reference })).name[0].family, "Two");
    assert.equal((await client.resolve({ reference: `${base}/${dose.patient.reference}`, context: found })).name[0].family, "Two");
  });
  await step("batch", async () => {
    const entry = ["Patient/none", `Patient/${one.id}`].map((url) => ({ request: { method: "GET", url } }));
    const result = await client.batch({ body: bundle("batch", ...entry) });
    assert.deepEqual(result.entry.map((e) => e.response.status), ["404 Not Found", "200 OK"]);
  });
  await step("search with pages", async () => {
    for (let i = 0; i < 7; i++) await client.create({ resourceType: "Patient", body: patient(`Page${i}`) });
    const found = [];
    let page = await client.search({ resourceType: "Patient", searchParams: { family: "Page", _count: "3", _sort: "family" } });
    while (page) {
      found.push(...page.entry.map((e) => e.resource.name[0].family));
      page = await client.nextPage({ bundle: page });
    }
    assert.deepEqual(found, [0, 1, 2, 3, 4, 5, 6].map((i) => `Page${i}`));
  });
  await step("search by form", async () => {
    const found = await client.resourceSearch({ resourceType: "Patient", searchParams: { family: ["Page1", "page"] }, options: { postSearch: true } });
    assert.deepEqual(found.entry.map((e) => e.resource.name[0].family), ["Page1"]);
  });
  await step("search over types, and in a compartment", async () => {
    const all = await client.systemSearch({ searchParams: { _type: "Patient,Immunization", _lastUpdated: "gt2020" } });
    assert.ok(all.entry.length >= 9);
    const id = all.entry.find((e) => e.resource.resourceType === "Immunization").resource.patient.reference.slice("Patient/".length);
    const doses = await client.compartmentSearch({ resourceType: "Immunization", compartment: { resourceType: "Patient", id } });
    assert.equal(doses.entry.length, 1);
  });
  await step("search that is refused", async () => {
    await assert.rejects(client.search({ resourceType: "Patient", searchParams: { "shoe-size": "44" } }), refused(400));
  });
  await step("history", async () => {
    const versions = await client.history({ resourceType: "Patient", id: one.id });
    assert.deepEqual(versions.entry.map((e) => e.response.etag), ['W/"4"', 'W/"3"', 'W/"2"', 'W/"1"']);
    assert.ok((await client.history({ resourceType: "Patient" })).entry.length > 9);
    assert.ok((await client.history()).entry.length > 10);
  });
  await step("operation", async () => {
    const found = await client.search({ resourceType: "Immunization", searchParams: { "lot-number": "lot-Two" } });
    const id = found.entry[0].resource.patient.reference.slice("Patient/".length);
    const forecast = await client.operation({ name: "$immds-forecast", resourceType: "Patient", id, method: "GET", input: { assessmentDate: "2021-06-01" } });
    assert.equal(forecast.resourceType, "Parameters");
  });
  await step("delete", async () => {
    await client.delete({ resourceType: "Patient", id: one.id });
    await assert.rejects(client.read({ resourceType: "Patient", id: one.id }), refused(410));
  });
}
