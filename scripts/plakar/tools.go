//go:build tools

// Package tools pins the plakar command as a dependency of this build-only module.
package tools

import _ "github.com/PlakarKorp/plakar"
