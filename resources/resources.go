// Package resources is the RESTful API of FHIR R4 without HTTP: the rules of
// each interaction (Service), and what they need of a store (Store). A lone
// request and an entry of a transaction go through the same rules.
//
// The stores are in resources/pebblestore (embedded) and their common proof in
// resources/storetest; routes, headers and status codes are server's matter.
package resources
